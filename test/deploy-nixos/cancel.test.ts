import { describe, expect, test } from '@jest/globals'
import { activateAndDecide, prepare } from './fakedeploy.ts'
import { answering, exited, lost, unreachable } from './fakehost.ts'
import { ID, Scene } from './scene.ts'

/** GitHub's next signal comes 7.5 s after the first. */
const PATIENCE_MS = 7_500

describe('a cancel', () => {
  test('before anything was sent ends at once', async () => {
    const scene = new Scene()
    scene.host.refuse = () => {
      scene.cancel()
      return unreachable
    }
    await scene.run()
    expect(scene.status).toBe('aborted')
    expect(scene.message).toBe('Canceled before anything was asked of the host.')
    expect(scene.host.requests).toEqual([])
  })

  test('that came before the start is heeded', async () => {
    const scene = new Scene()
    scene.cancel()
    await scene.run()
    expect(scene.status).toBe('aborted')
    expect(scene.host.requests).toEqual([])
  })

  test('during the greeting ends at once', async () => {
    const scene = new Scene()
    scene.host.handlers.set('hello', () => {
      scene.cancel()
      return new Promise(() => undefined)
    })
    await scene.run()
    expect(scene.status).toBe('aborted')
    expect(scene.host.requests).toEqual(['1 hello'])
  })

  test('before the activation has the host stop, and waits for its word', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      deploy.accepted()
      await deploy.phase('fetch')
      scene.cancel()
      await scene.clock.sleep(2_000)
      deploy.result('aborted', 83, { message: 'Stopped by request.' })
    }
    await scene.run()
    expect(scene.host.requests.slice(2)).toEqual([`1 abort ${ID}`])
    expect(scene.log.of('info')).toContain('The host stops the deploy.')
    expect(scene.status).toBe('aborted')
    expect(scene.message).toContain('was stopped before its activation. Stopped by request.')
    expect(scene.error).toBeDefined()
  })

  test('before the acceptance asks until the host knows the deploy', async () => {
    const scene = new Scene()
    scene.host.handlers.set('abort', answering('', 65, 'no such deploy'))
    scene.host.script = async (deploy) => {
      scene.cancel()
      await scene.clock.sleep(1_200)
      deploy.accepted()
      scene.host.handlers.set('abort', () => {
        deploy.result('aborted', 83)
        return exited(0)
      })
    }
    await scene.run()
    expect(scene.host.asked('abort').length).toBeGreaterThan(2)
    expect(scene.status).toBe('aborted')
  })

  test('over a broken connection finds another one', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.cut()
      scene.cancel()
      await scene.clock.sleep(1_000)
      deploy.result(deploy.aborted ? 'aborted' : 'failed', deploy.aborted ? 83 : 70)
    }
    await scene.run()
    expect(scene.status).toBe('aborted')
  })

  test('that the host does not answer ends in time, and claims nothing', async () => {
    const scene = new Scene()
    scene.host.handlers.set('abort', () => lost())
    let canceledMs = 0
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      canceledMs = scene.clock.now()
      scene.cancel()
    }
    await scene.run()
    expect(scene.clock.now() - canceledMs).toBeLessThan(PATIENCE_MS)
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe(
      `The run was canceled, and deploy ${ID} is left to the host. The activation was not seen to begin. Without a confirmation the host rolls back by itself, in 27 min 53 s at the latest (2026-11-23T03:28:00Z by its own clock).`,
    )
  })

  test('after the activation leaves the deploy to the host, and says how to look', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      deploy.emit('phase', { name: 'activate', state: 'start' })
      scene.cancel()
      await scene.clock.sleep(60_000)
    }
    const before = scene.clock.now()
    await scene.run()
    expect(scene.clock.now() - before).toBeLessThan(PATIENCE_MS)
    expect(scene.host.asked('abort')).toEqual([])
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toContain(`deploy ${ID} is left to the host. The activation had begun.`)
    expect(scene.hint).toBe(`See how it went on: ssh deploy@example.org attach ${ID} 0`)
    expect(scene.summary.markdown).toContain(`ssh deploy@example.org attach ${ID} 0`)
  })

  test('during the health checks confirms nothing any more', async () => {
    const scene = new Scene()
    scene.http = async () => {
      scene.cancel()
      return { status: 200 }
    }
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      await activateAndDecide(deploy)
    }
    await scene.run({ 'health-urls': 'https://one.example/' })
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.message).toContain('in 1 min 30 s at the latest (2026-11-23T03:05:00Z by its own clock).')
  })

  test('after the confirmation knows that the host finishes', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      await deploy.phase('activate')
      await deploy.confirmation()
      await scene.clock.sleep(100)
      scene.cancel()
    }
    await scene.run()
    expect(scene.message).toContain('it is confirmed, and the host finishes it.')
    expect(scene.error).toBeDefined()
  })

  test('that breaks the action itself is a bug', async () => {
    const scene = new Scene()
    const { info } = scene.log
    scene.log.info = (text) => {
      if (text.startsWith('The host stops')) throw new TypeError('boom')
      info(text)
    }
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.cancel()
    }
    await scene.run()
    expect(scene.message).toBe('boom')
  })
})
