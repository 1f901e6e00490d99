import { describe, expect, test } from '@jest/globals'
import { FakeDeploy, prepare } from './fakedeploy.ts'
import { ID, Scene } from './scene.ts'

const LATER = 'later-deploy'
const LATEST = 'latest-deploy'

/** A deploy that is superseded by others, each with what it does. */
function superseded(scene: Scene, others: Readonly<Record<string, (deploy: FakeDeploy) => void>>): void {
  for (const [id, play] of Object.entries(others)) {
    const deploy = new FakeDeploy({ id, rev: '7'.repeat(40), mode: 'switch' }, scene.clock)
    scene.host.deploys.set(id, deploy)
    play(deploy)
  }
  scene.host.script = async (deploy) => {
    await prepare(deploy)
    deploy.result('superseded', 0, { supersededBy: LATER, system: null, generation: null })
  }
}

describe('a deploy that was superseded', () => {
  test('is green when the later one ends well, without a word to it', async () => {
    const scene = new Scene()
    superseded(scene, {
      [LATER]: (deploy) => {
        deploy.accepted()
        deploy.emit('awaiting-confirm', { nonce: '1'.repeat(32), deadline: '', secondsLeft: 90 })
        deploy.result('deployed', 0, { system: '/nix/store/ccc-later', message: 'Fine.' })
      },
    })
    await scene.run()
    expect(scene.error).toBeUndefined()
    expect(scene.status).toBe('superseded')
    expect(scene.host.requests.slice(2)).toEqual([`1 attach ${LATER} 0`])
    expect(scene.outputs.values).toMatchObject({
      'deploy-id': ID,
      system: '/nix/store/ccc-later',
      generation: '42',
    })
    expect(scene.lines.at(-1)).toContain(
      'was superseded by deploy later-deploy: 777777777777 is deployed. Fine. (superseded',
    )
  })

  test('is as red as the later one', async () => {
    const scene = new Scene()
    superseded(scene, {
      [LATER]: (deploy) => {
        deploy.result('rolled-back', 80, { message: 'It broke.' })
      },
    })
    await scene.run()
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain(
      'was superseded by deploy later-deploy: 777777777777 was rolled back. It broke.',
    )
  })

  test('may be superseded twice', async () => {
    const scene = new Scene()
    superseded(scene, {
      [LATER]: (deploy) => {
        deploy.result('superseded', 0, { supersededBy: LATEST })
      },
      [LATEST]: (deploy) => {
        deploy.accepted()
        deploy.result('unchanged', 0)
      },
    })
    await scene.run()
    expect(scene.host.asked('attach')).toEqual([`attach ${LATER} 0`, `attach ${LATEST} 0`])
    expect(scene.status).toBe('superseded')
  })

  test('is not claimed to have an end that was not seen', async () => {
    const scene = new Scene()
    superseded(scene, {
      [LATER]: (deploy) => {
        deploy.accepted()
        void scene.clock.sleep(5_000).then(() => {
          scene.cancel()
        })
      },
    })
    await scene.run()
    expect(scene.host.asked('abort')).toEqual([])
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe(
      'The run was canceled, and the end of deploy later-deploy, which superseded this one, was not seen.',
    )
  })

  test.each([
    ['in a circle', ID],
    ['by nobody', ''],
    ['by no id', 'x; rm -rf /'],
  ])('%s has no verdict', async (_, by) => {
    const scene = new Scene()
    superseded(scene, {
      [LATER]: (deploy) => {
        deploy.result('superseded', 0, { supersededBy: by })
      },
    })
    await scene.run()
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain(`the host did not say by what. '${by}' is no later deploy.`)
  })

  test.each([
    ['does not know', {}, 'which the host does not know. vps-deploy: no such deploy'],
    [
      'contradicts',
      {
        [LATER]: (deploy: FakeDeploy) => {
          deploy.result('deployed', 80)
        },
      },
      'contradicts itself',
    ],
    [
      'confuses',
      {
        [LATER]: (deploy: FakeDeploy) => {
          deploy.result('deployed', 0, { id: LATEST })
        },
      },
      `id '${LATEST}' instead of '${LATER}'`,
    ],
  ])('by one that the host %s is red', async (_, others, words) => {
    const scene = new Scene()
    superseded(scene, others)
    await scene.run()
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain(words)
  })
})
