import { describe, expect, test } from '@jest/globals'
import { activateAndDecide } from './fakedeploy.ts'
import { refused, unnoticed } from './fakehost.ts'
import { Scene } from './scene.ts'

/** A connection that carries nothing from some moment on, and is not told so. */
function fallsSilent(scene: Scene, { from, until = Infinity }: { from: number; until?: number }): void {
  const isSilent = (): boolean => scene.clock.now() >= from && scene.clock.now() < until
  scene.host.quietMs = (connection) => (connection === 1 && isSilent() ? scene.clock.now() - from : 0)
}

describe('a connection that falls silent', () => {
  test('is relieved by another one, and every event is shown exactly once', async () => {
    const scene = new Scene()
    fallsSilent(scene, { from: 3_000 })
    scene.host.refuse = (connection) => (connection === 2 ? unnoticed : undefined)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      for (let line = 1; line <= 20; line++) {
        deploy.log(`line ${line}`)
        await scene.clock.sleep(1_000)
      }
      await activateAndDecide(deploy)
    }
    await scene.run()
    expect(scene.log.of('host')).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`))
    expect(scene.host.requests.slice(2)).toEqual([
      expect.stringMatching(/^3 attach \S+ \d+$/),
      expect.stringMatching(/^4 confirm /),
    ])
    expect(scene.status).toBe('deployed')
  })

  test('and comes back before there is another one, stays', async () => {
    const scene = new Scene()
    fallsSilent(scene, { from: 3_000, until: 8_500 })
    scene.host.refuse = (connection) => (connection <= 3 && connection > 1 ? unnoticed : undefined)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      await scene.clock.sleep(20_000)
      deploy.result('unchanged', 0)
    }
    await scene.run()
    expect(scene.host.asked('attach')).toEqual([])
    expect(scene.host.connections).toBe(4)
    expect(scene.status).toBe('unchanged')
  })

  test('and is lost then, is taken over by the connection that is being made', async () => {
    const scene = new Scene()
    fallsSilent(scene, { from: 3_000 })
    scene.host.refuse = (connection) => (connection > 1 && scene.clock.now() < 20_000 ? unnoticed : undefined)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      await scene.clock.sleep(15_000)
      scene.host.cut()
      await scene.clock.sleep(15_000)
      deploy.result('unchanged', 0)
    }
    await scene.run()
    expect(scene.log.of('info').filter((text) => text === 'Connected again.')).toHaveLength(1)
    expect(scene.host.asked('attach')).toHaveLength(1)
    expect(scene.status).toBe('unchanged')
  })

  test('but brings the result still, ends the search for another one', async () => {
    const scene = new Scene()
    fallsSilent(scene, { from: 3_000 })
    scene.host.refuse = (connection) => (connection > 1 ? unnoticed : undefined)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      await scene.clock.sleep(60_000)
      deploy.result('unchanged', 0)
    }
    await scene.run()
    expect(scene.status).toBe('unchanged')
    expect(scene.message).toBe('')
  })

  test('but brings the result while another one is being made, has that one closed', async () => {
    const scene = new Scene()
    fallsSilent(scene, { from: 3_000 })
    scene.host.dialMs = (connection) => (connection > 1 ? 5_000 : 0)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      await scene.clock.sleep(10_000)
      deploy.result('unchanged', 0)
    }
    await scene.run()
    expect(scene.host.asked('attach')).toEqual([])
    expect(scene.host.open).toEqual([])
    expect(scene.status).toBe('unchanged')
  })

  test('and whose relief meets a bug, ends the step with it', async () => {
    const scene = new Scene()
    fallsSilent(scene, { from: 3_000 })
    scene.host.refuse = (connection) => (connection > 1 ? new TypeError('boom') : undefined)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      await scene.clock.sleep(60_000)
    }
    await scene.run()
    expect(scene.message).toBe('boom')
  })
})

describe('the pause before the next attempt', () => {
  test('stays short as long as no server notices the attempts', async () => {
    const scene = new Scene()
    scene.host.refuse = (connection) => (connection > 1 && scene.clock.now() < 60_000 ? unnoticed : undefined)
    scene.host.script = async (deploy) => {
      deploy.accepted()
      scene.host.cut()
      await scene.clock.sleep(90_000)
      deploy.result('unchanged', 0)
    }
    await scene.run()
    expect(scene.host.connections).toBeGreaterThan(60)
    expect(scene.status).toBe('unchanged')
  })

  test('grows with what a server may hold against us, and counts that alone', async () => {
    const scene = new Scene()
    const at: number[] = []
    scene.host.refuse = (connection) => {
      if (connection === 1) return undefined
      at.push(scene.clock.now())
      if (connection > 100 + 3) return undefined
      return connection > 100 ? refused : unnoticed
    }
    scene.host.script = async (deploy) => {
      deploy.accepted()
      scene.host.cut()
      await scene.clock.sleep(300_000)
      deploy.result('unchanged', 0)
    }
    await scene.run()
    const pauses = at.slice(1).map((ms, index) => ms - (at[index] ?? 0))
    expect(pauses.slice(-3)).toEqual([5_000, 10_000, 20_000])
    expect(scene.status).toBe('unchanged')
  })
})
