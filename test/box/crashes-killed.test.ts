// The worker killed with -9 wherever a deploy can be.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { Box } from './box.ts'
import { crashAt, deployAgain, scene } from './crashing.ts'
import type { Moment, Outcome } from './crashing.ts'
import { tearDown } from './deploying.ts'

jest.setTimeout(300_000)

afterAll(() => tearDown())

const kill = (box: Box) => box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')

async function killedAt(moment: Moment): Promise<Outcome & { again: unknown }> {
  await using place = await scene()
  const outcome = await crashAt(place, moment, kill)
  return { ...outcome, again: await deployAgain(place) }
}

const good = { code: 0, status: 'deployed', exitCode: 0, leftovers: '' }

test.concurrent('before the activation nothing is changed, and the step says so', async () => {
  await using place = await scene()
  for (const moment of ['fetch', 'verify', 'resolve', 'build', 'diff', 'check', 'arm'] as const) {
    const { end, run, before, units } = await crashAt(place, moment, kill)
    expect({ moment, end, units }).toEqual({
      moment,
      end: { code: 1, status: 'failed', exitCode: 70, host: before, leftovers: '' },
      units: 'active\ninactive\n',
    })
    expect(run.log).toMatch(/interrupted before the activation\. Nothing was changed: deploy again/)
  }
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent.each(['activate', 'settle', 'rearm', 'confirm', 'rollback'] as const)(
  'at %s it is rolled back',
  async (moment) => {
    const { end, before, units, again } = await killedAt(moment)
    expect({ end, units }).toEqual({
      end: { code: 1, status: 'rolled-back', exitCode: 81, host: before, leftovers: '' },
      units: 'active\ninactive\n',
    })
    expect(again).toMatchObject(good)
  },
)

test.concurrent.each(['decided', 'profile', 'generation', 'entries', 'loader', 'synced'] as const)(
  'at %s, for it was confirmed, it is deployed all the same',
  async (moment) => {
    const { end, run, before, units, again } = await killedAt(moment)
    const system = run.outputs['system'] ?? ''
    const host = { ...before, running: system, profile: system, default: system, generation: '3' }
    expect({ end, units }).toEqual({ end: { ...good, host }, units: 'active\nactive\n' })
    expect(again).toMatchObject(good)
  },
)
