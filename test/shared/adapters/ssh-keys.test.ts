import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ssh } from '../../../actions/shared/adapters/ssh.ts'
import { collect, endpointTo } from '../../support/endpoint.ts'
import { type KeyOptions, type Sshd, makeKey, startSshd } from '../../support/sshd.ts'

const TIMEOUT = { timeoutMs: 10_000 }
let sshd: Sshd

beforeAll(async () => {
  sshd = await startSshd()
})

afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
})

/** Logs in with a key and says who it was there. */
async function whoami(key: string, passphrase?: string): Promise<string> {
  const endpoint = endpointTo(sshd, passphrase === undefined ? { key } : { key, passphrase })
  await using session = await ssh(endpoint)(TIMEOUT)
  return (await collect(session, 'id -un')).stdout.trim()
}

const RSA = { type: 'rsa', bits: 2048 } as const

describe('a key that the host knows opens it', () => {
  test.each<[string, KeyOptions]>([
    ['ed25519', {}],
    ['ed25519, encrypted', { passphrase: 'open sesame' }],
    ['ECDSA P-256', { type: 'ecdsa' }],
    ['ECDSA P-384', { type: 'ecdsa', bits: 384 }],
    ['ECDSA P-521', { type: 'ecdsa', bits: 521 }],
    ['ECDSA in PEM (SEC1)', { type: 'ecdsa', format: 'PEM' }],
    ['ECDSA in PKCS#8', { type: 'ecdsa', format: 'PKCS8' }],
    ['RSA', RSA],
    ['RSA, encrypted', { ...RSA, passphrase: 'open sesame' }],
    ['RSA in PEM (PKCS#1)', { ...RSA, format: 'PEM' }],
    ['RSA in PEM, encrypted', { ...RSA, format: 'PEM', passphrase: 'open sesame' }],
    ['RSA in PKCS#8', { ...RSA, format: 'PKCS8' }],
    ['RSA in PKCS#8, encrypted', { ...RSA, format: 'PKCS8', passphrase: 'open sesame' }],
  ])('%s', async (_, options) => {
    const { privateKey, publicKey } = await makeKey(options)
    sshd.authorize(publicKey)
    expect(await whoami(privateKey, options.passphrase)).toBe(sshd.user)
  })

  test("ed25519 in PKCS#8, as 'openssl genpkey' writes it", async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    sshd.authorize(publicHalfOf(pem))
    expect(await whoami(pem)).toBe(sshd.user)
  })

  test('however it was pasted', async () => {
    const { privateKey } = sshd.key
    const pasted = [
      privateKey.replaceAll('\n', '\r\n'),
      privateKey.trimEnd(),
      privateKey.replace(/^/gm, '    '),
    ]
    for (const text of pasted) expect(await whoami(text)).toBe(sshd.user)
  })
})

/** By ssh-keygen, which reads what we make of the key. */
function publicHalfOf(pem: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'nix-vps-key-'))
  const file = join(directory, 'key')
  writeFileSync(file, endpointTo(sshd, { key: pem }).key.text, { mode: 0o600 })
  const publicKey = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' })
  expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/)
  rmSync(directory, { recursive: true })
  return publicKey.trim()
}

describe('a key that does not fit', () => {
  test('is refused by the host for good', async () => {
    const { privateKey } = await makeKey()
    await expect(whoami(privateKey)).rejects.toMatchObject({
      kind: 'auth',
      message: `127.0.0.1:${sshd.port} refused the key for user '${sshd.user}'.`,
    })
  })

  test('may be the right one for the wrong user', async () => {
    const dial = ssh(endpointTo(sshd, { user: 'nobody-there' }))
    await expect(dial(TIMEOUT)).rejects.toMatchObject({ kind: 'auth' })
  })

  test('may be closed by another passphrase', async () => {
    const { privateKey } = await makeKey({ passphrase: 'open sesame' })
    await expect(whoami(privateKey, 'open barley')).rejects.toMatchObject({
      kind: 'key',
      message: `The private key for 127.0.0.1:${sshd.port} cannot be used: the passphrase does not open it.`,
    })
  })
})
