import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ssh } from '../../../actions/shared/adapters/ssh.ts'
import { type EndpointOptions, collect, endpointTo } from '../../support/endpoint.ts'
import { type HostKeyType, type Sshd, makeKey, startSshd } from '../../support/sshd.ts'

const TIMEOUT = { timeoutMs: 10_000 }
let sshd: Sshd
let stranger: string

beforeAll(async () => {
  sshd = await startSshd({ hostKeys: ['rsa', 'ecdsa', 'ed25519'] })
  stranger = (await makeKey()).publicKey
})

afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
})

async function connect(options: EndpointOptions, server = sshd): Promise<string> {
  await using session = await ssh(endpointTo(server, options))(TIMEOUT)
  return (await collect(session, 'echo in')).stdout
}

function fingerprintOf(publicKey: string): string {
  return (
    /SHA256:\S+/.exec(
      execFileSync('ssh-keygen', ['-lf', '-'], { input: publicKey, encoding: 'utf8' }),
    )?.[0] ?? ''
  )
}

/** By ssh-keygen itself. */
function hashed(knownHosts: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'nix-vps-known-'))
  const file = join(directory, 'known_hosts')
  writeFileSync(file, knownHosts)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
  const text = readFileSync(file, 'utf8')
  rmSync(directory, { recursive: true })
  return text
}

const TYPES: HostKeyType[] = ['ed25519', 'ecdsa', 'rsa']

describe('a host is trusted', () => {
  test.each(TYPES)('by its %s key alone, whatever others it has', async (type) => {
    const knownHosts = `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[type]}`
    expect(await connect({ knownHosts })).toBe('in\n')
  })

  test.each(TYPES)('by the fingerprint of its %s key, which does not tell its type', async (type) => {
    expect(await connect({ fingerprints: fingerprintOf(sshd.hostKeys[type]) })).toBe('in\n')
  })

  test('by hashed lines', async () => {
    const knownHosts = hashed(sshd.knownHosts)
    expect(knownHosts).not.toContain('127.0.0.1')
    expect(await connect({ knownHosts })).toBe('in\n')
  })

  test('by its plain name and by wildcards', async () => {
    const key = sshd.hostKeys.ed25519
    expect(await connect({ knownHosts: `127.0.0.1 ${key}` })).toBe('in\n')
    expect(await connect({ knownHosts: `[127.0.*]:${sshd.port},!127.0.0.2 ${key}` })).toBe('in\n')
  })

  test('by one of several fingerprints', async () => {
    const fingerprints = `${fingerprintOf(stranger)}\n${fingerprintOf(sshd.hostKeys.rsa)}`
    expect(await connect({ fingerprints })).toBe('in\n')
  })
})

describe('a host is refused before anything is sent to it', () => {
  test('with another key of the pinned type', async () => {
    await expect(connect({ knownHosts: `127.0.0.1 ${stranger}` })).rejects.toMatchObject({
      kind: 'host-key',
      message: `The host key of 127.0.0.1:${sshd.port} is ssh-ed25519 ${fingerprintOf(sshd.hostKeys.ed25519)}, not the pinned ssh-ed25519 ${fingerprintOf(stranger)}.`,
    })
  })

  test('with none of its keys behind the fingerprint; the first one it showed is named', async () => {
    await expect(connect({ fingerprints: fingerprintOf(stranger) })).rejects.toMatchObject({
      kind: 'host-key',
      message: `The host key of 127.0.0.1:${sshd.port} is ssh-ed25519 ${fingerprintOf(sshd.hostKeys.ed25519)}, not the pinned ${fingerprintOf(stranger)}.`,
    })
  })

  test('with no key of the pinned type', async () => {
    await using other = await startSshd({ hostKeys: ['ecdsa'] })
    await expect(
      connect({ knownHosts: `127.0.0.1 ${stranger}`, key: sshd.key.privateKey }, other),
    ).rejects.toMatchObject({
      kind: 'host-key',
      message: `127.0.0.1:${other.port} has no host key of a pinned type.`,
    })
  })

  test('with a revoked key, although it is pinned as well', async () => {
    const knownHosts = `@revoked * ${sshd.hostKeys.ed25519}\n127.0.0.1 ${sshd.hostKeys.ed25519}`
    await expect(connect({ knownHosts })).rejects.toMatchObject({
      kind: 'host-key',
      message: expect.stringContaining('shows a revoked host key'),
    })
  })

  test('and it never learns who wanted to log in', async () => {
    await using other = await startSshd()
    await expect(connect({ knownHosts: `127.0.0.1 ${stranger}` }, other)).rejects.toThrow('host key')
    expect(other.log()).not.toContain(sshd.user)
  })
})
