/** The way into a trial boot. */
import { describe, expect, test } from '@jest/globals'
import { answering, exited, lost, refused, unreachable } from './fakehost.ts'
import { ID } from './scene.ts'
import { goWellAfterBoot, NEW, SUBJECT, T, trying, WHEN_REQUIRED } from './trialscene.ts'

describe('the request to reboot into a trial', () => {
  test('may lose its answer', async () => {
    const scene = await trying({ onReboot: () => lost() }).run(WHEN_REQUIRED)
    expect(scene.status).toBe('deployed')
    expect(scene.error).toBeUndefined()
  })

  test('is asked again after a lost answer, and a second no means that it goes on', async () => {
    const answers = [lost(), answering('', 65, 'vps-deploy: told already')]
    const scene = trying({
      onReboot: async (channel) => {
        const answer = answers.shift() ?? exited(1)
        return typeof answer === 'function' ? answer(channel) : answer
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(answers).toEqual([])
    expect(scene.status).toBe('deployed')
  })

  test('that never was answered by a host which keeps us out is left at that', async () => {
    const scene = trying({
      onReboot: () => lost(),
      afterBoot: async (trial, { host, clock }) => {
        host.refuse = () => refused
        await clock.sleep(60_000)
        host.refuse = () => undefined
        trial.result('rolled-back', 81)
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('rolled-back')
  })

  test.each([
    [
      'is still armed',
      answering(JSON.stringify({ trial: { id: T, system: NEW } })),
      'It is still the entry of the next boot. By hand: ssh deploy@example.org reboot',
    ],
    ['nobody knows', () => lost(), 'See what the next boot starts:'],
    [
      'is not armed any more',
      answering(JSON.stringify({ trial: null })),
      'See what the next boot starts: ssh deploy@example.org status',
    ],
  ])('that the host refuses is red, and says what %s', async (_, status, hint) => {
    const scene = trying({ onReboot: answering('', 65, 'vps-deploy: deploy x is active') })
    scene.host.handlers.set('status', status)
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('failed')
    expect(scene.message).toBe(
      `${SUBJECT} was not tried: the host did not take the request to reboot (exit code 65: vps-deploy: deploy x is active).`,
    )
    expect(scene.hint).toContain(hint)
    expect(scene.outputs.values).toMatchObject({ system: NEW, 'reboot-required': 'true' })
  })

  test('that the host refuses while the trial cannot be followed is red', async () => {
    const scene = trying({ onReboot: answering('', 70) })
    const real = scene.host.handlers.get('attach')
    scene.host.handlers.set('attach', (channel) => {
      void scene.clock.sleep(10).then(() => {
        scene.host.cut()
      })
      return real?.(channel) ?? exited(1)
    })
    scene.host.refuse = (connection) => (connection === 2 ? unreachable : undefined)
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.requests.at(-1)).toBe(`3 reboot ${ID}`)
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain('did not take the request to reboot (exit code 70)')
  })

  test('is refused by a host that somebody rebooted meanwhile, and the trial goes on', async () => {
    const scene = trying({
      onReboot: (channel) => {
        const trial = scene.host.deploys.get(T)
        if (trial !== undefined) void scene.clock.sleep(1_000).then(() => goWellAfterBoot(trial))
        return answering('', 65, 'vps-deploy: the trial is under way')(channel)
      },
    })
    scene.host.handlers.set('status', answering(JSON.stringify({ booted: { system: NEW } })))
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('deployed')
  })

  test('is not sent when the trial has begun already', async () => {
    const scene = trying()
    const { script } = scene.host
    scene.host.script = async (deploy) => {
      await script(deploy)
      const trial = scene.host.deploys.get(T)
      if (trial !== undefined) await goWellAfterBoot(trial)
    }
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('reboot')).toEqual([])
    expect(scene.status).toBe('deployed')
  })
})

describe('a trial that the host does not know', () => {
  test('is red, and nothing is rebooted', async () => {
    const scene = trying()
    scene.host.handlers.set('attach', answering('', 65, 'vps-deploy: no such deploy'))
    await scene.run(WHEN_REQUIRED)
    expect(scene.host.asked('reboot')).toEqual([])
    expect(scene.status).toBe('failed')
    expect(scene.message).toBe(
      `The host does not know ${T}, the trial boot of ${SUBJECT}. vps-deploy: no such deploy`,
    )
  })

  test('at first may be known soon', async () => {
    const scene = trying()
    const real = scene.host.handlers.get('attach')
    let count = 0
    scene.host.handlers.set('attach', (channel) => {
      if (++count < 3) return exited(70)
      return real?.(channel) ?? exited(1)
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('deployed')
  })

  test.each([
    ['no id', 'x; reboot'],
    ['the deploy itself', ID],
    ['no text', 7],
    ['empty', ''],
  ])('for its name is %s is a protocol error', async (_, name) => {
    const scene = await trying({ scheduled: { trial: name } }).run(WHEN_REQUIRED)
    expect(scene.host.asked('attach')).toEqual([])
    expect(scene.status).toBe('failed')
    expect(scene.message).toBe(
      `The host says that it tries '${NEW}' at the next boot, in '${typeof name === 'string' ? name : ''}', which is no deploy.`,
    )
  })

  test('because its system has no name is a protocol error', async () => {
    const scene = await trying({ scheduled: { system: null } }).run(WHEN_REQUIRED)
    expect(scene.status).toBe('failed')
  })
})
