/** A rollback to a system that only works from a boot on, and one that calls a trial boot off. */
import { describe, expect, test } from '@jest/globals'
import { FakeDeploy, prepare } from './fakedeploy.ts'
import { answering } from './fakehost.ts'
import { BEFORE, KIND, rolling } from './rollbackscene.ts'
import { Scene } from './scene.ts'

describe('a rollback to a system that needs a boot', () => {
  const TRIAL = 'trial-0123456789abcdef'

  /** Scheduled; the boot that tries it ends as given. */
  function scheduled(
    end: (trial: FakeDeploy) => void,
    inputs: Readonly<Record<string, string>>,
  ): Promise<Scene> {
    return rolling((deploy, scene) => {
      const trial = new FakeDeploy({ id: TRIAL, rev: BEFORE, mode: 'switch' }, scene.clock)
      scene.host.deploys.set(TRIAL, trial)
      trial.accepted({ kind: 'trial' })
      scene.host.handlers.set('reboot', (channel) => {
        end(trial)
        return answering('{"rebooting":true}\n')(channel)
      })
      deploy.result('scheduled', 0, { ...KIND, trial: TRIAL })
    }, inputs)
  }

  test('is only scheduled unless a reboot was asked for', async () => {
    const scene = await scheduled(() => {}, {})
    expect(scene.status).toBe('scheduled')
    expect(scene.summary.markdown).toContain('### ✅ Back on the system before at the next boot: <code>777')
    expect(scene.lines.at(-1)).toContain('The rollback on vps-arm (example.org) is tried at the next boot.')
  })

  test('is booted, confirmed and done', async () => {
    const scene = await scheduled(
      (trial) => {
        void trial
          .phase('settle')
          .then(() => trial.confirmation())
          .then(() => {
            trial.result('deployed', 0, { kind: 'trial' })
          })
      },
      { reboot: 'when-required' },
    )
    expect(scene.error).toBeUndefined()
    expect(scene.lines.at(-1)).toContain(
      'vps-arm (example.org) is back on the system before, 777777777777. The host was',
    )
  })

  test('did not go back where a later deploy took the boot over', async () => {
    const scene = await scheduled(
      (trial) => {
        trial.emit('phase', { name: 'arm', state: 'start' })
        trial.log('what the trial said')
        trial.result('superseded', 0, { kind: 'trial', supersededBy: 'later-deploy' })
      },
      { reboot: 'when-required' },
    )
    expect(scene.status).toBe('failed')
    expect(scene.summary.markdown).toContain('```\nwhat the trial said\n```\n')
    expect(scene.message).toContain(
      'The rollback on vps-arm (example.org) was superseded by deploy later-deploy',
    )
  })
})

test('a trial boot that a rollback called off is not a deploy that was superseded by a later one', async () => {
  const scene = new Scene()
  const back = new FakeDeploy({ id: 'the-way-back', rev: BEFORE, mode: 'switch' }, scene.clock)
  scene.host.deploys.set(back.id, back)
  back.accepted({ ...KIND, rev: null })
  back.result('deployed', 0, KIND)
  scene.host.script = async (deploy) => {
    await prepare(deploy)
    deploy.result('superseded', 0, { supersededBy: back.id })
  }
  await scene.run()
  expect(scene.status).toBe('failed')
  expect(scene.message).toContain('was superseded by deploy the-way-back, which does not contain it.')
})
