import { describe, expect, test } from '@jest/globals'
import { exited } from './fakehost.ts'
import { SUBJECT, T, trying, WHEN_REQUIRED } from './trialscene.ts'

describe('a cancel of a trial boot', () => {
  test('before the host was asked to reboot leaves it scheduled, and says so', async () => {
    const scene = trying()
    scene.host.handlers.set('attach', () => {
      scene.cancel()
      return new Promise(() => undefined)
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('reboot')).toEqual([])
    expect(scene.host.asked('abort')).toEqual([])
    expect(scene.status).toBe('unreachable')
    expect(scene.message).toBe(
      `The run was canceled, and ${SUBJECT} stays scheduled: the host was not asked to reboot. It is the entry of the next boot only; unless that is confirmed, the host goes back to the old system by itself.`,
    )
    expect(scene.summary.markdown).toContain(`ssh deploy@example.org confirm ${T} NONCE`)
  })

  test('after that leaves the trial to the host', async () => {
    const scene = trying({
      onReboot: () => {
        scene.cancel()
        return exited(0)
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('abort')).toEqual([])
    expect(scene.message).toBe(
      `The run was canceled, and the trial boot of ${SUBJECT} is left to the host. Without a confirmation the host goes back to the old system by itself.`,
    )
    expect(scene.hint).toBe(`See how it went on: ssh deploy@example.org attach ${T} 0`)
    expect(scene.summary.markdown).not.toContain('NONCE')
  })

  test('with a confirm-timeout of 0 knows who decides', async () => {
    const scene = trying({
      onReboot: () => {
        scene.cancel()
        return exited(0)
      },
    })
    await scene.run({ ...WHEN_REQUIRED, 'confirm-timeout': '0' })
    expect(scene.message).toContain("is left to the host. The host's own checks decide.")
  })

  test('while the new system waits says until when', async () => {
    const scene = trying()
    scene.http = async () => {
      scene.cancel()
      return { status: 200 }
    }
    await scene.run({ ...WHEN_REQUIRED, 'health-urls': 'https://one.example/' })
    expect(scene.host.asked('confirm')).toEqual([])
    expect(scene.message).toContain(
      'goes back to the old system by itself, in 1 min 30 s at the latest (2026-11-23T03:05:00Z by its own clock).',
    )
  })

  test('after the confirmation knows that the host finishes', async () => {
    const scene = trying({
      afterBoot: async (trial, { clock }) => {
        await trial.phase('settle')
        await trial.confirmation()
        await clock.sleep(100)
        scene.cancel()
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.message).toBe(
      `The run was canceled, and the trial boot of ${SUBJECT} goes on on the host: it is confirmed, and the host finishes it.`,
    )
  })
})
