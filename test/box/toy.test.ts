import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox, service } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import type { Finished } from './process.ts'

jest.setTimeout(120_000)

let box: Box
let base: string

beforeAll(async () => {
  box = await bootBox({ hostHalf: false })
  base = await box.must('readlink /run/current-system')
}, 300_000)

afterAll(() => box[Symbol.asyncDispose]())

const idle = service('exec sleep infinity')

test('a system that is tested runs and installs its units, and is gone after the next boot', async () => {
  const system = await build({ units: { 'idle.service': idle } })
  expect(await switchTo(system, 'test')).toMatchObject({
    code: 0,
    stderr: 'activating the configuration...\nthe following new units were started: idle.service\n',
  })
  expect(await box.must('systemctl is-active idle; readlink /run/current-system')).toBe(`active\n${system}`)
  expect(await defaultInit()).toBe(`${base}/init`)
})

test('a changed unit is restarted, a removed one stopped, one that forbids it left alone', async () => {
  const stays = `${idle}X-RestartIfChanged=false\n`
  const survives = idle.replace('[Service]', '[Unit]\nX-StopOnRemoval=false\n[Service]')
  const units = {
    'idle.service': idle,
    'gone.service': idle,
    'stays.service': stays,
    'survives.service': survives,
  }
  await switchTo(await build({ units }), 'test')
  const [pid, kept] = [await pidOf('idle'), await pidOf('stays')]
  const next = { 'idle.service': `${idle}# 2\n`, 'stays.service': `${stays}# 2\n` }
  const { code, stderr } = await switchTo(await build({ units: next }), 'test')
  expect({ code, lines: stderr.split('\n') }).toEqual({
    code: 0,
    lines: [
      'stopping the following units: gone.service, idle.service',
      'NOT restarting the following changed units: stays.service',
      'activating the configuration...',
      'starting the following units: idle.service',
      '',
    ],
  })
  expect(await pidOf('idle')).not.toBe(pid)
  expect(await pidOf('stays')).toBe(kept)
  expect((await box.run('systemctl is-active gone survives')).stdout).toBe('inactive\nactive\n')
})

test('a unit that fails ends the switch with 4, names it and quotes its status', async () => {
  const system = await build({ units: { 'broken.service': service('echo a secret; exit 3') } })
  const { code, stderr } = await switchTo(system, 'test')
  expect(code).toBe(4)
  expect(stderr).toContain('warning: the following units failed: broken.service\n')
  expect(stderr).toContain('a secret')
  expect(await running()).toBe(system)
})

test('a service that restarts after failing counts as failed too', async () => {
  const loops = service('sleep 0.1; exit 1', { Restart: 'always', RestartSec: '60' })
  const { code, stderr } = await switchTo(await build({ units: { 'loops.service': loops } }), 'test')
  expect(code).toBe(4)
  expect(stderr).toContain('the following units failed: loops.service')
})

test('a failing activation ends with 2, after everything else was done', async () => {
  const system = await build({ activation: 'exit 1', units: { 'idle.service': idle } })
  const { code, stderr } = await switchTo(system, 'test')
  expect(code).toBe(2)
  expect(stderr).toContain('Failed to run activate script\n')
  expect(await box.must('systemctl is-active idle; readlink /run/current-system')).toBe(`active\n${system}`)
})

test('only one switch runs at a time: the second ends with 11', async () => {
  await switchTo(await build({}), 'test')
  const second = await build({})
  const activation = 'touch /run/slow; until [ -e /run/go-on ]; do sleep 0.1; done'
  const slow = switchTo(await build({ activation }), 'test')
  await box.waitFor('/run/slow')
  expect((await switchTo(second, 'test')).code).toBe(11)
  await box.must('touch /run/go-on')
  expect((await slow).code).toBe(0)
})

test('boot writes an entry for each generation and makes the new one the default, changing nothing now', async () => {
  const before = await running()
  const system = await build({ packages: ['hello-1.2'] })
  await box.must(['nix-env', '-p', '/nix/var/nix/profiles/system', '--set', system])
  expect((await switchTo(system, 'boot')).code).toBe(0)
  expect(await running()).toBe(before)
  expect(await defaultInit()).toBe(`${system}/init`)
  expect(await box.must('ls /boot/loader/entries')).toBe('nixos-generation-1.conf\nnixos-generation-2.conf')
})

test('a boot entry that cannot be written ends with 1 and leaves the default as it was', async () => {
  const before = await defaultInit()
  const system = await build({ bootloader: 'echo no space >&2; exit 1' })
  await box.must(['nix-env', '-p', '/nix/var/nix/profiles/system', '--set', system])
  const { code, stderr } = await switchTo(system, 'switch')
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'no space\nFailed to install bootloader\n' })
  expect(await defaultInit()).toBe(before)
})

test('a change of a critical component forbids switching, not booting', async () => {
  const system = await build({ inhibitors: { 'dbus-implementation': 'broker' } })
  const { code, stderr } = await switchTo(system, 'check')
  expect(code).toBe(1)
  expect(stderr).toContain('dbus-implementation : dbus -> broker\n')
  await box.must(['nix-env', '-p', '/nix/var/nix/profiles/system', '--set', system])
  expect((await switchTo(system, 'boot')).code).toBe(0)
})

test('another init interface ends with 100 and changes nothing', async () => {
  const before = await running()
  expect((await switchTo(await build({ initInterfaceVersion: '2' }), 'test')).code).toBe(100)
  expect(await running()).toBe(before)
})

test('dry-activate says what would happen and does nothing', async () => {
  const before = await running()
  const { code, stderr } = await switchTo(await build({ units: { 'idle.service': idle } }), 'dry-activate')
  expect(code).toBe(0)
  expect(stderr).toContain(
    'would activate the configuration...\nwould start the following units: idle.service\n',
  )
  expect(await running()).toBe(before)
})

test('a system without sshd stops the running one', async () => {
  expect((await switchTo(await build({ without: ['sshd.service'] }), 'test')).code).toBe(0)
  expect((await box.run('systemctl is-active sshd')).stdout).toBe('inactive\n')
  expect((await switchTo(await build({}), 'test')).code).toBe(0)
  expect(await box.must('systemctl is-active sshd')).toBe('active')
})

async function build(spec: SystemSpec): Promise<string> {
  const flake = `git+file:///srv/repo.git?ref=refs/heads/main&rev=${await box.commit(spec)}&dir=nix`
  const attribute = 'nixosConfigurations."vps-arm".config.system.build.toplevel'
  return box.must(['nix', 'build', '--no-link', '--print-out-paths', `${flake}#${attribute}`])
}

function switchTo(system: string, action: string): Promise<Finished> {
  return box.run([`${system}/bin/switch-to-configuration`, action])
}

const running = () => box.must('readlink /run/current-system')
const pidOf = (unit: string) => box.must(`systemctl show -P MainPID ${unit}`)

/** What the default boot entry would start. */
function defaultInit(): Promise<string> {
  const entry = 'entries/$(sed -n "s/^default //p" loader.conf)'
  return box.must(`cd /boot/loader && sed -n "s/.*init=\\([^ ]*\\).*/\\1/p" ${entry}`)
}
