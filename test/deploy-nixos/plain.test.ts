import { describe, expect, test } from '@jest/globals'
import { exited, lost, unreachable, type Handler } from './fakehost.ts'
import { REV, Scene } from './scene.ts'

async function running(handler: Handler): Promise<Scene> {
  const scene = new Scene()
  scene.host.handlers.set(REV, handler)
  return scene.run({ protocol: 'plain' })
}

describe('protocol plain', () => {
  test('sends the commit once, shows the output and trusts the exit code', async () => {
    const scene = await running((channel) => {
      channel.stdout('building …\nhalf a li')
      channel.stderr('warning: slow\n')
      return exited(0)
    })
    expect(scene.host.requests).toEqual([`1 ${REV}`])
    expect(scene.log.of('host')).toEqual(['building …\nhalf a li', 'warning: slow\n'])
    expect(scene.error).toBeUndefined()
    expect(scene.outputs.values).toMatchObject({ status: 'deployed', rev: REV, 'deploy-id': '', system: '' })
    expect(scene.summary.markdown).not.toContain('Look at the host')
  })

  test.each([
    [exited(3), 'failed', 'The forced command on example.org ended with exit code 3 after 0 ms.'],
    [
      { kind: 'killed' as const, signal: 'SIGTERM' },
      'failed',
      'The forced command on example.org was killed by SIGTERM after 0 ms.',
    ],
    [
      lost('reset'),
      'unreachable',
      'The forced command on example.org may run on: the connection was lost after 0 ms (reset).',
    ],
  ])('is red for %p, and never runs twice', async (exit, status, message) => {
    const scene = await running(() => exit)
    expect(scene.host.requests).toHaveLength(1)
    expect(scene.status).toBe(status)
    expect(scene.message).toBe(message)
  })

  test('is left alone by a cancel', async () => {
    const scene = new Scene()
    scene.host.handlers.set(REV, () => {
      scene.cancel()
      return new Promise(() => undefined)
    })
    await scene.run({ protocol: 'plain' })
    expect(scene.host.requests).toHaveLength(1)
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe(
      'The run was canceled, and the forced command had not ended: whether it runs on is unknown.',
    )
    expect(scene.hint).toBe('')
  })

  test('ends with the timeout', async () => {
    const scene = await running(() => new Promise(() => undefined))
    expect(scene.message).toContain("The 'timeout' is over, and the forced command had not ended")
    expect(scene.clock.now()).toBeLessThan(1_800_000)
  })

  test('connects as patiently as the other protocol', async () => {
    const scene = new Scene()
    scene.host.refuse = (connection) => (connection < 3 ? unreachable : undefined)
    scene.host.handlers.set(REV, () => exited(0))
    await scene.run({ protocol: 'plain', timeout: '1m' })
    expect(scene.status).toBe('deployed')
  })
})
