// Systems that only a boot can start, on hosts whose loader can start one once. Each scenario has a box of its own.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { Box, SystemSpec } from './box.ts'
import { service } from './box.ts'
import { hostState, tearDown } from './deploying.ts'
import { until } from './holder.ts'
import type { LoaderKind } from './loader.ts'
import { askAnew } from './sshclient.ts'
import { confirm, endOfTrial, eventOf, first, reboot, resultOf, schedule, wentBack } from './trying.ts'
import type { Scheduled } from './trying.ts'

jest.setTimeout(300_000)

const boxes: Box[] = []

afterAll(() => tearDown(...boxes))

async function scene(loader: LoaderKind, spec?: SystemSpec, confirmSeconds?: number): Promise<Scheduled> {
  const scheduled = await schedule(loader, spec, confirmSeconds)
  boxes.push(scheduled.box)
  return scheduled
}

async function saysOfConsole(box: Box, words: string): Promise<boolean> {
  return (await box.logs().catch(() => '')).includes(words)
}

const loaders = ['systemd-boot', 'boot-counting', 'grub'] as const

test.concurrent.each(loaders)('%s: a trial boot that is confirmed becomes the default', async (loader) => {
  const scheduled = await scene(loader)
  const { box, before, result } = scheduled
  const system = String(result['system'])
  expect(result).toMatchObject({ status: 'scheduled', exitCode: 0, generation: 1 })
  await reboot(box)
  await eventOf(box, scheduled.trial, 'awaiting-confirm')
  const during = { running: system, booted: system, profile: before.profile, generation: before.generation }
  expect(await hostState(box)).toEqual({ ...during, default: before.default })
  await confirm(box, scheduled.trial)
  const after = { running: system, booted: system, profile: system, default: system, generation: '2' }
  expect(await endOfTrial(scheduled)).toEqual({ status: 'deployed', exitCode: 0, host: after, left: '' })
  expect(await askAnew(box, `reboot ${first}`)).toMatchObject({ code: 65 })
  await box.reboot()
  expect(await hostState(box)).toEqual(after)
})

test.concurrent.each(loaders)('%s: one that nobody confirms goes back by itself', async (loader) => {
  const scheduled = await scene(loader, {}, 5)
  // Any boot is the trial, also one that nobody asked for.
  await scheduled.box.pullPlug()
  await scheduled.box.start()
  expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
})

test.concurrent.each(loaders)('%s: one that does not come up is over with the next boot', async (loader) => {
  const scheduled = await scene(loader, { boot: 'echo This system does not come up; exit 1' })
  const { box } = scheduled
  await box.pullPlug()
  await box.switchOn()
  expect(await until(30_000, () => saysOfConsole(box, 'does not come up'))).toBe(true)
  await box.pullPlug()
  await box.start()
  expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
  expect((await resultOf(scheduled.box, scheduled.trial))['message']).toMatch(/^It did not come up/)
})

const hangs = `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/bin/sleep infinity
[Install]
WantedBy=sysinit.target
`
const shortGuard = '[Service]\nExecStart=\nExecStart=vps-deploy-recover --guard 5\n'

test.concurrent('one that hangs before anything of ours is started goes back by itself', async () => {
  const etc = { 'systemd/system/vps-deploy-guard.service.d/short.conf': shortGuard }
  const scheduled = await scene('systemd-boot', { units: { 'hangs.service': hangs }, etc })
  await scheduled.box.pullPlug()
  await scheduled.box.switchOn()
  expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
})

test.concurrent(
  'one with a unit that fails goes back without asking for a confirm, and names it',
  async () => {
    const broken = { units: { 'broken.service': service('echo a secret; exit 3') } }
    const scheduled = await scene('systemd-boot', broken)
    await reboot(scheduled.box)
    expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
    const result = await resultOf(scheduled.box, scheduled.trial)
    expect(result).toMatchObject({ newFailedUnits: ['broken.service'] })
    expect(result['message']).toMatch(/broken\.service.* The old default was booted and runs/s)
  },
)

test.concurrent('the plug pulled while it waits for its confirm leads back to the old system', async () => {
  const scheduled = await scene('grub')
  await reboot(scheduled.box)
  await eventOf(scheduled.box, scheduled.trial, 'awaiting-confirm')
  await scheduled.box.pullPlug()
  await scheduled.box.start()
  expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
})

test.concurrent('the plug pulled while the new default is written leads to a whole system', async () => {
  const spec = { bootloader: 'test ! -e /run/slow || { touch /run/writing; sleep 60; }' }
  const scheduled = await scene('systemd-boot', spec)
  const { box, trial } = scheduled
  await reboot(box)
  await box.must('touch /run/slow')
  await confirm(box, trial)
  await box.waitFor('/run/writing')
  await box.pullPlug()
  await box.start()
  expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
  expect((await resultOf(box, trial))['message']).toMatch(/^It was confirmed, but/)
})

test.concurrent(
  'a worker that is killed while it waits for the confirm: the host reboots into the old one',
  async () => {
    const scheduled = await scene('systemd-boot')
    await reboot(scheduled.box)
    await eventOf(scheduled.box, scheduled.trial, 'awaiting-confirm')
    const back = scheduled.box.comesBack()
    await scheduled.box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
    await back
    expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
  },
)

test.concurrent('without a confirm the checks of the host decide', async () => {
  const scheduled = await scene('grub', {}, 0)
  await reboot(scheduled.box)
  const system = String(scheduled.result['system'])
  const after = { running: system, booted: system, profile: system, default: system, generation: '2' }
  expect(await endOfTrial(scheduled)).toEqual({ status: 'deployed', exitCode: 0, host: after, left: '' })
})
