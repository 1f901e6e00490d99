// The plug pulled wherever a deploy can be: what boots is a whole system, and the step learns the end.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { Box } from './box.ts'
import { crashAt, deployAgain, scene } from './crashing.ts'
import { tearDown } from './deploying.ts'

jest.setTimeout(300_000)

afterAll(() => tearDown())

const pullPlug = (box: Box) => box.pullPlug()

const good = { code: 0, status: 'deployed', exitCode: 0, leftovers: '' }

test.concurrent('before the activation nothing is changed, and the step says so', async () => {
  await using place = await scene()
  for (const moment of ['fetch', 'verify', 'resolve', 'build', 'diff', 'check', 'arm'] as const) {
    const { end, run, before, units } = await crashAt(place, moment, pullPlug)
    const host = { ...before, booted: before.default }
    expect({ moment, end, units }).toEqual({
      moment,
      end: { code: 1, status: 'failed', exitCode: 70, host, leftovers: '' },
      units: 'active\ninactive\n',
    })
    expect(run.log).toMatch(/interrupted before the activation\. Nothing was changed: deploy again/)
  }
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent.each([
  ['at', 'activate', /was rebooted before the new system was confirmed/],
  ['at', 'settle', /was rebooted before the new system was confirmed/],
  ['at', 'rearm', /was rebooted before the new system was confirmed/],
  ['at', 'confirm', /was rebooted before the new system was confirmed/],
  ['at', 'rollback', /The old default was booted and runs/],
  [
    'though it was confirmed, at',
    'decided',
    /It was confirmed, but the host was rebooted before the boot entry/,
  ],
  [
    'though it was confirmed, at',
    'profile',
    /It was confirmed, but the host was rebooted before the boot entry/,
  ],
  [
    'though it was confirmed, at',
    'generation',
    /It was confirmed, but the host was rebooted before the boot/,
  ],
  [
    'though it was confirmed, at',
    'entries',
    /It was confirmed, but the host was rebooted before the boot entry/,
  ],
  [
    'though it was confirmed, at',
    'loader',
    /It was confirmed, but the host was rebooted before the boot entry/,
  ],
] as const)('the old system boots and stays, %s %s', async (_, moment, why) => {
  await using place = await scene()
  const { end, run, before, units } = await crashAt(place, moment, pullPlug)
  const host = { ...before, booted: before.default }
  expect({ end, units }).toEqual({
    end: { code: 1, status: 'rolled-back', exitCode: 81, host, leftovers: '' },
    units: 'active\ninactive\n',
  })
  expect(run.log).toMatch(why)
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent('once its boot entry is the default, the new system boots and is deployed', async () => {
  await using place = await scene()
  const { end, run, before, units } = await crashAt(place, 'synced', pullPlug)
  const system = run.outputs['system'] ?? ''
  const host = { booted: system, running: system, profile: system, default: system, generation: '3' }
  expect(before.default).not.toBe(system)
  expect({ end, units }).toEqual({ end: { ...good, host }, units: 'active\nactive\n' })
  expect(await deployAgain(place)).toMatchObject(good)
})
