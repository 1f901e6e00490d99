// Trial boots on a host that somebody changes by hand, or that has lost what it knew of them.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { Box, SystemSpec } from './box.ts'
import { hostState, idle, leftovers, tearDown } from './deploying.ts'
import type { HostState } from './deploying.ts'
import { until } from './holder.ts'
import type { LoaderKind } from './loader.ts'
import { askAnew } from './sshclient.ts'
import { confirm, first, newKernel, reboot, resultOf, schedule } from './trying.ts'
import type { Scheduled } from './trying.ts'

jest.setTimeout(300_000)

const boxes: Box[] = []
const other = 'other-0001'
const profile = '/nix/var/nix/profiles/system'

afterAll(() => tearDown(...boxes))

async function scene(loader: LoaderKind, confirmSeconds: number, spec?: SystemSpec): Promise<Scheduled> {
  const scheduled = await schedule(loader, spec, confirmSeconds)
  boxes.push(scheduled.box)
  return scheduled
}

/** What `nixos-rebuild switch` does, with a system that is built already. */
async function byHand(box: Box, system: string): Promise<HostState> {
  await box.must(`nix-env -p ${profile} --set ${system} && ${system}/bin/switch-to-configuration switch`)
  return hostState(box)
}

test.concurrent(
  'the same system set again by hand while a trial waits: no untried one is left running',
  async () => {
    const { box, before, trial } = await scene('systemd-boot', 5)
    const theirs = await byHand(box, before.running)
    await box.reboot()
    expect(await resultOf(box, trial)).toMatchObject({ status: 'rolled-back', exitCode: 81 })
    expect(await leftovers(box)).toBe('')
    expect(await hostState(box)).toEqual({ ...theirs, booted: theirs.default })
  },
)

test.concurrent('another system set by hand while a trial waits is what the host goes back to', async () => {
  const { box, trial } = await scene('systemd-boot', 5)
  const flake = `git+file:///srv/repo.git?ref=refs/heads/main&rev=${await box.commit({ units: { 'idle.service': idle } })}`
  const toplevel = 'nixosConfigurations."vps-arm".config.system.build.toplevel'
  const system = await box.must([
    'nix',
    'build',
    '--no-link',
    '--print-out-paths',
    `${flake}&dir=nix#${toplevel}`,
  ])
  const theirs = await byHand(box, system)
  await reboot(box)
  expect(await resultOf(box, trial)).toMatchObject({ status: 'failed', exitCode: 70 })
  expect(await leftovers(box)).toBe('')
  expect(await hostState(box)).toEqual({ ...theirs, booted: system })
})

test.concurrent(
  'a profile that somebody else sets meanwhile stays, though the trial is confirmed',
  async () => {
    const { box, trial, result } = await scene('systemd-boot', 60)
    await box.must(`nix-env -p ${profile} --set ${String(result['previousSystem'])}`)
    const { generation } = await hostState(box)
    await reboot(box)
    await confirm(box, trial)
    expect(await resultOf(box, trial)).toMatchObject({ status: 'failed', exitCode: 70 })
    expect(await hostState(box)).toMatchObject({ profile: result['previousSystem'], generation })
  },
)

test.concurrent('a deploy that has no time to change anything leaves the trial waiting', async () => {
  const scheduled = await scene('systemd-boot', 60)
  const { box, trial } = scheduled
  const rev = await box.commit({ units: { 'idle.service': idle } })
  await askAnew(box, `deploy ${other} ${rev} switch 60 40`)
  expect(await resultOf(box, other)).toMatchObject({ status: 'failed', exitCode: 75 })
  await reboot(box)
  await confirm(box, trial)
  expect(await resultOf(box, trial)).toMatchObject({ status: 'deployed' })
})

test.concurrent('a worker that is killed while it calls a trial off has called it off', async () => {
  const { box, before, trial } = await scene('systemd-boot', 60)
  const rev = await box.commit({ units: { 'idle.service': idle } })
  await box.must("printf '#!/bin/sh\\ntouch /run/clearing; sleep 60\\n' >/usr/local/bin/bootctl")
  void askAnew(box, `deploy ${other} ${rev} switch 0 300`).catch(() => undefined)
  await box.waitFor('/run/clearing')
  await box.must('rm /usr/local/bin/bootctl')
  const clear = 'rm /sys/firmware/efi/efivars/LoaderEntryOneShot-*'
  await box.must(`printf '#!/bin/sh\\n${clear}\\n' >/usr/local/bin/bootctl; chmod +x /usr/local/bin/bootctl`)
  await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  expect(await resultOf(box, trial)).toMatchObject({ status: 'aborted', exitCode: 83 })
  expect(await resultOf(box, other)).toMatchObject({ exitCode: 70 })
  expect(await askAnew(box, `reboot ${first}`)).toMatchObject({ code: 65 })
  expect(await hostState(box)).toEqual(before)
  expect(await leftovers(box)).toBe('')
})

test.concurrent('a host that has lost its state goes back, and does not reboot for ever', async () => {
  const soon = '[Service]\nExecStart=\nExecStart=vps-deploy-recover --guard 5\n'
  const etc = { 'systemd/system/vps-deploy-guard.service.d/soon.conf': soon }
  const { box, before, result } = await scene('systemd-boot', 60, { ...newKernel, etc })
  await box.must('rm -rf /var/lib/vps-deploy')
  await box.pullPlug()
  await box.switchOn()
  const isBack = async () => (await hostState(box).catch(() => before)).booted === before.default
  expect(await until(30_000, async () => !(await isBack()))).toBe(true)
  expect(await until(60_000, isBack)).toBe(true)
  const answers = async () => (await askAnew(box, 'hello').catch(() => undefined))?.code === 0
  expect(await until(30_000, answers)).toBe(true)
  await askAnew(box, `deploy ${other} ${String(result['rev'])} boot 0 300`)
  expect(await resultOf(box, other)).toMatchObject({ status: 'scheduled' })
  await box.reboot()
  const since = await box.must('stat -c %Y /proc/1; sleep 10')
  expect(await box.must('stat -c %Y /proc/1')).toBe(since)
  expect((await hostState(box)).booted).toBe(result['system'])
})
