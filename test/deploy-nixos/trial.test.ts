/** A system that only works from a boot on, tried at one boot. */
import { describe, expect, test } from '@jest/globals'
import { NONCE } from './fakedeploy.ts'
import { lost, refused } from './fakehost.ts'
import { ID } from './scene.ts'
import { goWellAfterBoot, KERNEL, NEW, SUBJECT, T, trying, WHEN_REQUIRED } from './trialscene.ts'

describe('a trial boot with reboot: when-required', () => {
  test('is booted, confirmed over a fresh connection, and is the default in the end', async () => {
    const scene = await trying().run(WHEN_REQUIRED)
    expect(scene.host.asked('reboot')).toEqual([`reboot ${ID}`])
    expect(scene.host.asked('attach')[0]).toBe(`attach ${T} 0`)
    expect(scene.host.asked('confirm')).toEqual([`confirm ${T} ${NONCE}`])
    expect(scene.error).toBeUndefined()
    expect(scene.lines.at(-1)).toMatch(
      `info ${SUBJECT} is deployed. The host was rebooted to try it. (deployed, `,
    )
    expect(scene.outputs.values).toMatchObject({
      status: 'deployed',
      'deploy-id': ID,
      system: NEW,
      generation: '43',
      'reboot-required': 'false',
      'failed-units': '[]',
    })
    expect(scene.summary.markdown).toContain('The host was rebooted and runs the new system.')
    expect(scene.summary.markdown).toContain('| Wait for the units to settle | 1 s |')
    expect(scene.log.of('warning')).toEqual([])
  })

  test('shows every event once, across the boot', async () => {
    const scene = await trying().run(WHEN_REQUIRED)
    expect(scene.log.of('group').slice(2)).toEqual(['Wait for the units to settle', 'Commit'])
    expect(scene.log.of('info').filter((line) => line.startsWith('Accepted by'))).toHaveLength(2)
  })

  test('is not confirmed when a health URL fails, and goes back', async () => {
    const scene = trying()
    scene.http = async () => ({ status: 500 })
    await scene.run({ ...WHEN_REQUIRED, 'health-urls': 'https://one.example/', 'health-timeout': '5s' })
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.host.asked('abort')).toEqual([`abort ${T}`])
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toBe(
      `The trial boot of ${SUBJECT} was not good: the host runs the old system again. https://one.example/ answered 500, expected 200 to 299. The old system runs.`,
    )
  })

  test('whose units fail names them', async () => {
    const scene = trying({
      afterBoot: async (trial) => {
        await trial.phase('settle')
        trial.emit('units', { newFailed: [{ unit: 'bad.service', result: 'exit-code', exitStatus: 3 }] })
        await trial.phase('rollback')
        trial.result('rolled-back', 81, {
          message: 'Units failed.',
          newFailedUnits: ['bad.service'],
          ...KERNEL,
        })
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain('was not good: the host runs the old system again. Units failed.')
    expect(scene.outputs.values['failed-units']).toBe('["bad.service"]')
    expect(scene.outputs.values['reboot-required']).toBe('true')
    expect(scene.summary.markdown).toContain('- bad.service (exit-code, status 3)')
  })

  test('that nobody confirms in time says so', async () => {
    const scene = trying()
    scene.host.handlers.set('confirm', () => lost())
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain('was not confirmed: the host runs the old system again.')
  })

  test('that does not come up is told by the old system', async () => {
    const scene = trying({
      afterBoot: async (trial, { clock }) => {
        await clock.sleep(120_000)
        trial.result('rolled-back', 81, { message: 'The old default was booted.' })
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toBe(
      `The trial boot of ${SUBJECT} did not come up: the host runs the old system again. The old default was booted.`,
    )
  })

  test('whose new system takes the key away is seen to go back', async () => {
    const scene = trying({
      afterBoot: async (trial, { host, clock }) => {
        host.refuse = () => refused
        await goWellAfterBoot(trial)
        await clock.sleep(30_000)
        host.refuse = () => undefined
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.status).toBe('rolled-back')
  })

  test('is decided by the host alone with a confirm-timeout of 0', async () => {
    const scene = trying({
      afterBoot: async (trial) => {
        await trial.phase('settle')
        trial.result('deployed', 0)
      },
    })
    await scene.run({ ...WHEN_REQUIRED, 'confirm-timeout': '0' })
    expect(scene.error).toBeUndefined()
    expect(scene.status).toBe('deployed')
  })
})
