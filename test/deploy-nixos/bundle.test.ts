/** What users run: the bundle as a process, against OpenSSH's own server. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runAction, startAction } from '../support/run-action.ts'
import { makeKey, startSshd } from '../support/sshd.ts'
import { REV, shown, startHost } from './bundlehost.ts'

// A deploy takes about two seconds, on a machine that has nothing else to do.
jest.setTimeout(120_000)

const NONCE = 'c0ffee'.padEnd(32, '0')

describe('the bundle deploys', () => {
  test('over one connection, and confirms over another', async () => {
    await using host = await startHost()
    const { code, log, outputs, summary } = await runAction('deploy-nixos', host.inputs)
    expect({ log, code }).toMatchObject({ code: 0 })
    expect(host.requests()).toEqual(['hello', `deploy ID ${REV} switch 90 1680`, `confirm ID ${NONCE}`])
    expect(host.connections()).toBe(2)
    expect(outputs).toMatchObject({
      status: 'deployed',
      'deploy-id': expect.stringMatching(/^1658821493-1-[0-9a-f]{16}$/),
      rev: REV,
      system: '/nix/store/bbb-new',
      generation: '7',
      'changed-units': expect.stringContaining('web.service'),
    })
    expect(summary).toContain('### ✅ Deployed: ')
  })

  test('and shows foreign text where it cannot command the runner', async () => {
    await using host = await startHost()
    const { lines } = await runAction('deploy-nixos', host.inputs)
    let token: string | undefined
    const commands = lines.filter((line) => {
      if (line === `::${token ?? ''}::`) token = undefined
      else if (token === undefined) {
        token = /^::stop-commands::(.+)$/.exec(line)?.[1]
        return line.startsWith('::') || line.includes('##[')
      }
      return false
    })
    expect(commands.filter((line) => line.startsWith('::error'))).toEqual([])
    expect(commands).toContain('::group::Build or fetch the system')
    expect(lines.filter((line) => line.startsWith('line ') && line.includes('€'))).toHaveLength(30)
    expect(lines.join('\n')).not.toContain('##[error]')
  })

  test('and tells nobody its key', async () => {
    await using host = await startHost()
    const { log, outputs, summary } = await runAction('deploy-nixos', host.inputs)
    const body = host.inputs['ssh-key']?.split('\n')[2] ?? ''
    expect(log).toContain(body)
    expect(shown(log)).not.toContain(body)
    expect(JSON.stringify(outputs) + summary).not.toContain(body)
  })

  test('and a job summary that cannot be written does not turn a good deploy red', async () => {
    await using host = await startHost()
    const env = { GITHUB_STEP_SUMMARY: '/nonexistent/summary' }
    const { code, log, outputs } = await runAction('deploy-nixos', host.inputs, { env })
    expect({ code, status: outputs['status'] }).toEqual({ code: 0, status: 'deployed' })
    expect(log).toContain('::warning::The job summary could not be written: ')
  })

  test('through every cut, and shows each event once', async () => {
    await using host = await startHost('interrupted')
    const run = startAction('deploy-nixos', host.inputs)
    for (const line of ['line 5', 'line 20']) {
      await run.waitFor(new RegExp(`^${line} `, 'm'))
      for (const pid of host.sshd.connections()) process.kill(pid, 'SIGKILL')
    }
    const { code, lines } = await run.finished
    const numbers = lines.flatMap((line) => /^line (\d+) /.exec(line)?.[1] ?? [])
    expect(numbers.map(Number)).toEqual(Array.from({ length: 30 }, (_, index) => index))
    expect(host.requests().filter((line) => line.startsWith('attach')).length).toBeGreaterThanOrEqual(2)
    expect(code).toBe(0)
  })

  test('through a jump host with a key of its own', async () => {
    await using host = await startHost()
    await using jump = await startSshd({ config: ['AllowTcpForwarding yes'] })
    const { code, log } = await runAction('deploy-nixos', {
      ...host.inputs,
      'jump-host': jump.host,
      'jump-port': String(jump.port),
      'jump-ssh-key': jump.key.privateKey,
      'jump-known-hosts': jump.knownHosts,
    })
    expect({ log, code }).toMatchObject({ code: 0 })
  })
})

describe('the bundle asks health URLs', () => {
  let server: Server
  const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.writeHead(Number(request.url?.slice(1))).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    server.close()
  })

  test('and confirms when they answer', async () => {
    await using host = await startHost()
    const urls = `${url('200')}\n${url('302')} 302`
    const { code, log } = await runAction('deploy-nixos', { ...host.inputs, 'health-urls': urls })
    expect(log).toContain('2 of 2 health URLs answered as expected.')
    expect(code).toBe(0)
  })

  test('and has the host roll back when they do not', async () => {
    await using host = await startHost()
    const health = { 'health-urls': `${url('500')} 200`, 'health-timeout': '2s' }
    const { code, log, outputs } = await runAction('deploy-nixos', { ...host.inputs, ...health })
    expect(log).toMatch(/^::error::http:\/\/127\.0\.0\.1:\d+\/500 answered 500, expected 200\.$/m)
    expect(host.requests().at(-1)).toBe('abort ID')
    expect(outputs['status']).toBe('rolled-back')
    expect(code).toBe(1)
  })
})

describe('the bundle sends nothing', () => {
  test('to a host with another key', async () => {
    await using host = await startHost()
    const { publicKey } = await makeKey()
    const knownHosts = `[127.0.0.1]:${host.sshd.port} ${publicKey}`
    const { code, log, outputs } = await runAction('deploy-nixos', {
      ...host.inputs,
      'known-hosts': knownHosts,
    })
    expect(log).toMatch(/^::error::The host key of .* not the pinned/m)
    expect(host.requests()).toEqual([])
    expect(outputs['status']).toBe('unreachable')
    expect(code).toBe(1)
  })

  test('without knowing the host', async () => {
    await using host = await startHost()
    const { code, log, outputs, summary } = await runAction('deploy-nixos', {
      ...host.inputs,
      'known-hosts': '',
    })
    expect(log).toMatch(/^::error::Bad input: 'known-hosts' and 'host-fingerprint'/m)
    expect(host.requests()).toEqual([])
    expect(outputs).toEqual({ status: 'failed' })
    expect(summary).toContain('Nothing was deployed')
    expect(code).toBe(1)
  })
})

describe('protocol plain', () => {
  test.each([
    [REV, 0, 'deployed'],
    [`f${REV.slice(1)}`, 1, 'failed'],
  ])('trusts the exit code of any script (%s)', async (rev, code, status) => {
    await using host = await startHost()
    const run = await runAction('deploy-nixos', { ...host.inputs, rev, protocol: 'plain' })
    expect(run.lines).toContain(`plain: ${rev}`)
    expect(host.requests()).toEqual([rev])
    expect(run.outputs['status']).toBe(status)
    expect(run.code).toBe(code)
  })
})
