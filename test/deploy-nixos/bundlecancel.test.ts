/** A run that is canceled: GitHub sends SIGINT, 7.5 s later SIGTERM, and 2.5 s later SIGKILL. */
import { setTimeout } from 'node:timers/promises'
import { describe, expect, jest, test } from '@jest/globals'
import { startAction } from '../support/run-action.ts'
import { startHost } from './bundlehost.ts'
import { startProxy } from './silentproxy.ts'

jest.setTimeout(120_000)

describe('a canceled bundle', () => {
  test('stops the deploy before its activation', async () => {
    await using host = await startHost('endless')
    const run = startAction('deploy-nixos', host.inputs)
    await run.waitFor(/^line 3 /m)
    run.signal('SIGINT')
    const { code, outputs } = await run.finished
    expect(host.requests()).toContain('abort ID')
    expect(outputs['status']).toBe('aborted')
    expect(code).toBe(1)
  })

  test('leaves it to the host after that, and says so in time', async () => {
    await using host = await startHost()
    const health = { 'health-urls': 'http://127.0.0.1:9/' }
    const run = startAction('deploy-nixos', { ...host.inputs, ...health })
    await run.waitFor(/The new system runs/)
    const startedMs = performance.now()
    run.signal('SIGINT')
    const { code, log, outputs, summary } = await run.finished
    expect(performance.now() - startedMs).toBeLessThan(7_500)
    expect(host.requests()).toHaveLength(2)
    expect(log).toMatch(
      /^::error::The run was canceled, and deploy \S+ is left to the host\..* attach \S+ 0%0ASee /m,
    )
    expect(outputs['status']).toBe('unreachable')
    expect(summary).toContain('Outcome unknown')
    expect(code).toBe(1)
  })
})

describe.each([
  ['before the activation', /^line 3 /m],
  ['after it', /The new system runs/],
])('a bundle that is canceled %s', (_, moment) => {
  test('ends in time on a network that fell silent', async () => {
    await using host = await startHost()
    await using proxy = await startProxy(host.sshd)
    const knownHosts = `[127.0.0.1]:${proxy.port} ${host.sshd.hostKeys.ed25519}`
    const through = {
      port: String(proxy.port),
      'known-hosts': knownHosts,
      'health-urls': 'http://127.0.0.1:9/',
    }
    const run = startAction('deploy-nixos', { ...host.inputs, ...through })
    await run.waitFor(moment)
    proxy.fallSilent()
    const startedMs = performance.now()
    run.signal('SIGINT')
    const { code, outputs } = await Promise.race([run.finished, after(20_000, run.pid)])
    expect(performance.now() - startedMs).toBeLessThan(9_000)
    expect(outputs['status']).toBe('unreachable')
    expect(code).toBe(1)
  })
})

/** A step that does not end is killed, so that the test fails and leaves nothing behind. */
async function after(ms: number, pid: number): Promise<never> {
  await setTimeout(ms, undefined, { ref: false })
  process.kill(pid, 'SIGKILL')
  throw new Error(`The action did not end within ${ms} ms.`)
}
