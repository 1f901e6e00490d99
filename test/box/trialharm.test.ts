// What can go wrong around a trial boot, with other deploys, the loader, the guard and the worker.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { Box, SystemSpec } from './box.ts'
import { bootBox } from './box.ts'
import { hostEvents, hostState, idle, leftovers, tearDown } from './deploying.ts'
import { until } from './holder.ts'
import { askAnew } from './sshclient.ts'
import { confirm, endOfTrial, first, newKernel, reboot, resultOf, schedule, wentBack } from './trying.ts'
import type { Scheduled } from './trying.ts'

jest.setTimeout(300_000)

const boxes: Box[] = []

afterAll(() => tearDown(...boxes))

async function scene(spec?: SystemSpec): Promise<Scheduled> {
  const scheduled = await schedule('systemd-boot', spec)
  boxes.push(scheduled.box)
  return scheduled
}

test.concurrent('a confirmed trial whose boot entry cannot be written goes back, and says 84', async () => {
  const scheduled = await scene({ bootloader: 'test ! -e /run/slow || exit 1' })
  await reboot(scheduled.box)
  await scheduled.box.must('touch /run/slow')
  await confirm(scheduled.box, scheduled.trial)
  expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before, 84))
  const { message } = await resultOf(scheduled.box, scheduled.trial)
  expect(message).toMatch(/^The commit failed: the boot entry could not be written/)
})

test.concurrent(
  'what is the default of the next boot already is not tried, for nothing leads back',
  async () => {
    const box = await bootBox({ loader: 'systemd-boot' })
    boxes.push(box)
    const rev = await box.commit(newKernel)
    await askAnew(box, `deploy boot-0001 ${rev} boot 0 300`)
    await askAnew(box, `deploy ${first} ${rev} switch 30 300`)
    const result = await resultOf(box, first)
    expect(result).toMatchObject({ status: 'scheduled', message: expect.stringMatching(/^The default from/) })
    expect(result['trial']).toBeUndefined()
    expect(await leftovers(box)).toBe('')
  },
)

test.concurrent('a deploy that comes while the trial boots waits until it has been judged', async () => {
  const late = '[Service]\nExecStartPre=/bin/sleep 10\n'
  const etc = { 'systemd/system/vps-deploy-recover.service.d/late.conf': late }
  const { box, trial } = await scene({ etc })
  const rev = await box.commit({ ...newKernel, etc, units: { 'idle.service': idle } })
  await reboot(box)
  const other = 'other-0001'
  void askAnew(box, `deploy ${other} ${rev} switch 0 300`).catch(() => undefined)
  await confirm(box, trial)
  expect(await resultOf(box, trial)).toMatchObject({ status: 'deployed' })
  expect(await resultOf(box, other)).toMatchObject({ status: 'deployed' })
  const judged = String((await resultOf(box, trial))['time'])
  const began = (await hostEvents(box, other)).find(({ name }) => name === 'fetch')
  expect(String(began?.['time']) > judged).toBe(true)
  expect(await leftovers(box)).toBe('')
})

test.concurrent('a trial that was aborted just before the power went is gone back from', async () => {
  const scheduled = await scene()
  const { box, before, trial } = scheduled
  await box.must('systemctl mask --now --runtime vps-deploy-worker.path vps-deploy-worker.service')
  expect(await askAnew(box, `abort ${trial}`)).toMatchObject({ code: 0 })
  await box.pullPlug()
  await box.start()
  expect(await endOfTrial(scheduled)).toEqual(wentBack(before))
})

test.concurrent(
  'a worker that is killed between the decision and the commit of a trial: it is committed',
  async () => {
    const bootloader = 'test -e /run/fast || test ! -e /run/slow || { touch /run/writing; sleep 60; }'
    const scheduled = await scene({ bootloader })
    const { box, trial, result } = scheduled
    await reboot(box)
    await box.must('touch /run/slow')
    await confirm(box, trial)
    await box.waitFor('/run/writing')
    await box.must('touch /run/fast')
    await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
    const system = String(result['system'])
    const host = { running: system, booted: system, profile: system, default: system, generation: '2' }
    expect(await endOfTrial(scheduled)).toEqual({ status: 'deployed', exitCode: 0, host, left: '' })
  },
)

test.concurrent('a critical component that must not change at run time is tried as well', async () => {
  const box = await bootBox({ loader: 'systemd-boot' })
  boxes.push(box)
  const rev = await box.commit({ inhibitors: { 'dbus-implementation': 'broker' } })
  await askAnew(box, `deploy ${first} ${rev} switch 30 300`)
  const result = await resultOf(box, first)
  await reboot(box)
  await confirm(box, String(result['trial']))
  expect(await resultOf(box, String(result['trial']))).toMatchObject({ status: 'deployed' })
  expect((await hostState(box)).default).toBe(result['system'])
  expect(await leftovers(box)).toBe('')
})

const atSysinit = ['[Install]', 'WantedBy=sysinit.target', ''].join('\n')
const hangs = `[Unit]
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
TimeoutStartSec=infinity
ExecStart=/bin/sleep infinity
${atSysinit}`
const unstoppable = `[Unit]
DefaultDependencies=no
Conflicts=shutdown.target
Before=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/sleep infinity
TimeoutStopSec=infinity
${atSysinit}`

test.concurrent('the guard forces the reboot where the shutdown hangs as well', async () => {
  const soon = '[Service]\nExecStart=\nExecStart=vps-deploy-recover --guard 5\n'
  const etc = { 'systemd/system/vps-deploy-guard.service.d/soon.conf': soon }
  const units = { 'hangs.service': hangs, 'unstoppable.service': unstoppable }
  const scheduled = await scene({ units, etc })
  const { box } = scheduled
  const guard = '/usr/local/lib/vps-deploy/vps_deploy/guard.py'
  await box.must(`sed -i 's/^_BETWEEN_SECONDS = .*/_BETWEEN_SECONDS = 8.0/' ${guard}`)
  await box.pullPlug()
  await box.switchOn()
  expect(await until(120_000, async () => (await hostState(box).catch(() => undefined)) !== undefined)).toBe(
    true,
  )
  expect(await endOfTrial(scheduled)).toEqual(wentBack(scheduled.before))
})

test.concurrent('a new system with a wrong configuration of vps-deploy is not even scheduled', async () => {
  const box = await bootBox({ loader: 'grub' })
  boxes.push(box)
  const before = await hostState(box)
  const rev = await box.commit({ ...newKernel, config: { settleSeconds: 'soon' } })
  await askAnew(box, `deploy ${first} ${rev} switch 30 300`)
  const { exitCode, message } = await resultOf(box, first)
  expect({ exitCode, message }).toEqual({ exitCode: 84, message: expect.stringMatching(/settleSeconds/) })
  expect(await hostState(box)).toEqual(before)
  expect(await leftovers(box)).toBe('')
})
