/** How a trial boot may end, and which of its good ends are believed. */
import { describe, expect, test } from '@jest/globals'
import { FakeDeploy } from './fakedeploy.ts'
import { unreachable } from './fakehost.ts'
import { ID } from './scene.ts'
import { NEW, SUBJECT, T, trying, WHEN_REQUIRED } from './trialscene.ts'

describe('a trial boot', () => {
  test.each([
    ['aborted', 83, `${SUBJECT} was given up before its trial boot. Words.`],
    ['failed', 82, `The trial boot of ${SUBJECT} failed. Words.`],
    ['deployed', 80, "The host's result contradicts itself: status 'deployed' with exit code 80."],
    [
      'scheduled',
      0,
      `${SUBJECT} ended as 'scheduled', which does not count as a good end. That is no good end of a trial boot. Words.`,
    ],
  ])('that ends as %s (%i) is red', async (status, code, words) => {
    const scene = trying({
      afterBoot: async (trial) => {
        trial.result(status, code, { message: 'Words.' })
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.message).toBe(words)
    expect(scene.error).toBeDefined()
  })

  test.each([
    ['without a confirmation', {}, 'did not wait for the confirmation'],
    [
      'without a confirmation, of what ran before',
      { previousSystem: NEW },
      'did not wait for the confirmation',
    ],
    ['with another system', { system: '/nix/store/ccc-other' }, "It was to be '/nix/store/bbb-new', not"],
  ])('that ends well %s is red', async (_, fields, words) => {
    const scene = trying({
      afterBoot: async (trial) => {
        await trial.phase('settle')
        if ('system' in fields) trial.confirmed()
        trial.result('deployed', 0, fields)
      },
    })
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain(words)
  })

  test.each([
    ['id', { id: 'another-deploy' }],
    ['rev', { rev: '7'.repeat(40) }],
    ['mode', { mode: 'boot' }],
  ])('whose acceptance has another %s is none of ours, and nothing is rebooted', async (part, accepted) => {
    const scene = await trying({ accepted }).run(WHEN_REQUIRED)
    expect(scene.host.asked('reboot')).toEqual([])
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain(`The host answered for another deploy: ${part} '`)
  })

  test('that was superseded hands over to the later deploy', async () => {
    const scene = trying({
      afterBoot: async (trial) => {
        trial.result('superseded', 0, { supersededBy: 'later-deploy' })
      },
    })
    const later = new FakeDeploy({ id: 'later-deploy', rev: '7'.repeat(40), mode: 'switch' }, scene.clock)
    scene.host.deploys.set('later-deploy', later)
    later.accepted()
    later.result('deployed', 0)
    await scene.run(WHEN_REQUIRED)
    expect(scene.status).toBe('superseded')
    expect(scene.error).toBeUndefined()
  })
})

test('a host that does not come back from a trial is red at the end of the timeout', async () => {
  const scene = trying({ afterBoot: async (_, { host }) => void (host.refuse = () => unreachable) })
  await scene.run(WHEN_REQUIRED)
  expect(scene.clock.now()).toBeLessThanOrEqual(1_800_000)
  expect(scene.status).toBe('unreachable')
  expect(scene.message).toContain(
    `The 'timeout' is over, and the trial boot of ${SUBJECT} is left to the host.`,
  )
})

test.each([
  ['another mode', { mode: 'test' }],
  ['no commit', { rev: null }],
])('a trial that was called off by a deploy with %s is red', async (_, fields) => {
  const scene = trying({
    afterBoot: async (trial) => {
      trial.result('superseded', 0, { supersededBy: 'later-deploy' })
    },
  })
  const later = new FakeDeploy({ id: 'later-deploy', rev: '7'.repeat(40), mode: 'switch' }, scene.clock)
  scene.host.deploys.set('later-deploy', later)
  later.accepted(fields)
  later.result('deployed', 0, fields)
  await scene.run(WHEN_REQUIRED)
  expect(scene.status).toBe('failed')
  expect(scene.message).toContain('was superseded by deploy later-deploy, which does not contain it.')
})

describe('a trial boot without a reboot', () => {
  test('is green, and says how it is confirmed', async () => {
    const scene = await trying({ scheduled: { message: 'Words.' } }).run()
    expect(scene.error).toBeUndefined()
    expect(scene.status).toBe('scheduled')
    expect(scene.host.requests.slice(2)).toEqual([])
    const [warning, ...others] = scene.log.of('warning')
    expect(others).toEqual([])
    expect(warning).toContain('It is the entry of the next boot only, and the old system stays the default.')
    expect(warning).toContain(
      `'ssh deploy@example.org reboot ${ID}', 'ssh deploy@example.org attach ${T} 0', 'ssh deploy@example.org confirm ${T} NONCE'`,
    )
    expect(scene.lines.at(-1)).toContain(`info ${SUBJECT} is tried at the next boot. It is the entry`)
    expect(scene.summary.markdown).toContain('#### The trial by hand\n')
    expect(scene.summary.markdown).toContain(
      `\nssh deploy@example.org reboot ${ID}\nssh deploy@example.org attach ${T} 0\nssh deploy@example.org confirm ${T} NONCE\n`,
    )
    expect(scene.outputs.values).toMatchObject({ system: NEW, generation: '', 'reboot-required': 'true' })
  })

  test('is not claimed for mode boot', async () => {
    const scene = await trying().run({ mode: 'boot' })
    expect(scene.status).toBe('scheduled')
    expect(scene.lines.at(-1)).toContain('becomes active at the next boot.')
    expect(scene.log.of('warning')).toEqual([])
  })
})
