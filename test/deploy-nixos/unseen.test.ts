import { describe, expect, test } from '@jest/globals'
import { activateAndDecide, prepare } from './fakedeploy.ts'
import { lost, refused, unreachable, wrongKey } from './fakehost.ts'
import { ID, playing, Scene } from './scene.ts'

describe('a new system that broke its own access', () => {
  test.each([
    ['key', refused],
    ['host key', wrongKey],
  ])('(%s) is not confirmed, and its rollback is seen', async (_, error) => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.refuse = () => error
      scene.host.cut()
      await activateAndDecide(deploy)
      scene.host.refuse = () => undefined
    }
    await scene.run()
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.log.of('warning')).toEqual([
      `${error.message} Trying again, for a host that rolls back lets us in again.`,
    ])
    expect(scene.status).toBe('rolled-back')
    expect(scene.host.connections).toBeLessThan(10)
  })

  test('is aborted at once where the old connection still lives', async () => {
    const scene = new Scene()
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.refuse = () => refused
      await activateAndDecide(deploy)
    }
    await scene.run()
    expect(scene.host.requests.slice(2)).toEqual([`1 abort ${ID}`])
    expect(scene.message).toContain(`The new system does not let the runner in: ${refused.message}`)
    expect(scene.status).toBe('rolled-back')
  })

  test('is left to the host where it does not', async () => {
    const scene = new Scene()
    scene.host.handlers.set('abort', () => lost())
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      scene.host.refuse = () => refused
      await activateAndDecide(deploy)
    }
    await scene.run()
    expect(scene.log.of('info')).toContainEqual(expect.stringMatching(/^The host cannot be told/))
    expect(scene.status).toBe('rolled-back')
  })
})

describe('at the end of the timeout', () => {
  test('a host that cannot be reached is said to be just that, with what it does alone', async () => {
    const scene = await playingUntilSilent()
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe(
      `The 'timeout' is over, and deploy ${ID} is left to the host. The activation had begun. Without a confirmation the host rolls back by itself, now at the latest (2026-11-23T03:28:00Z by its own clock). The connection is lost: example.org does not answer.`,
    )
    expect(scene.hint).toBe(`See how it went on: ssh deploy@example.org attach ${ID} 0`)
    expect(scene.clock.now()).toBeLessThanOrEqual(1_800_000)
    expect(scene.summary.markdown).toContain('### ❌ Outcome unknown: ')
    expect(scene.summary.markdown).toContain('its end was not seen')
  })

  test('a host that only says nothing has failed', async () => {
    const scene = await playing(prepare)
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain('The activation was not seen to begin. Without a confirmation')
  })

  test('the checks of a host that decides alone are mentioned', async () => {
    const scene = await playing(prepare, { 'confirm-timeout': '0' })
    expect(scene.message).toContain(
      "The host's own checks decide, now at the latest (2026-11-23T03:28:00Z by its own clock).",
    )
  })

  test('nothing is claimed of a host that accepted nothing', async () => {
    const scene = await playing(async () => {})
    expect(scene.message).toBe(
      `The 'timeout' is over, and deploy ${ID} is left to the host. It has not said that it accepted it.`,
    )
  })

  test('a confirmed deploy is known to be finished by the host', async () => {
    const scene = await playing(async (deploy) => {
      await prepare(deploy)
      await deploy.phase('activate')
      await deploy.confirmation()
    })
    expect(scene.message).toBe(
      `The 'timeout' is over, and deploy ${ID} goes on on the host: it is confirmed, and the host finishes it.`,
    )
  })
})

async function playingUntilSilent(): Promise<Scene> {
  const scene = new Scene()
  scene.host.script = async (deploy) => {
    await prepare(deploy)
    deploy.emit('phase', { name: 'activate', state: 'start' })
    scene.host.refuse = () => unreachable
    scene.host.cut()
  }
  return scene.run()
}
