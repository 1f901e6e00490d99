import { expect, jest, test } from '@jest/globals'
import type { ActionRun } from '../support/run-action.ts'
import { suiteBox } from './asking.ts'
import { deploy, endOf, hostState, idle, shownAndWritten, webServer, wordsOf } from './deploying.ts'
import type { End, HostState } from './deploying.ts'

jest.setTimeout(120_000)

const box = suiteBox()

test('a good deploy runs, is the default of the next boot, and says what changed', async () => {
  const before = await hostState(box())
  const { unit, etc } = webServer(204)
  const rev = await box().commit({ units: { 'web.service': unit }, etc, packages: ['hello-2.12'] })
  const run = await deploy(box(), { rev, 'health-urls': `http://${box().address}:8080/up 204` })
  const system = run.outputs['system'] ?? ''
  const host = { running: system, profile: system, default: system, booted: before.booted, generation: '2' }
  expect(await endOf(box(), run)).toEqual({ code: 0, status: 'deployed', exitCode: 0, host, leftovers: '' })
  expect(run.outputs).toMatchObject({
    rev,
    'previous-system': before.running,
    generation: '2',
    'reboot-required': 'false',
    'failed-units': '[]',
  })
  expect(JSON.parse(run.outputs['changed-units'] ?? '')).toMatchObject({
    started: ['web.service'],
    stopped: [],
  })
  expect(JSON.parse(run.outputs['closure-diff'] ?? '')).toMatchObject({
    added: [{ name: 'hello', to: ['2.12'] }],
  })
  expect(await box().must('systemctl is-active web')).toBe('active')
})

test('the log of a deploy has every event of the host exactly once, in order', async () => {
  const build = 'for number in $(seq 300); do echo "building part $number"; done'
  const run = await deploy(box(), { rev: await box().commit({ build, units: { 'idle.service': idle } }) })
  const { shown, written } = await shownAndWritten(box(), run)
  expect(shown).toEqual(written)
  expect(written.filter((line) => line.includes('building part'))).toHaveLength(300)
})

test('the summary says what was deployed, what changed and where to look', async () => {
  const rev = await box().commit({ units: { 'idle.service': idle }, packages: ['curl-8.1'] })
  const { summary, outputs } = await deploy(box(), { rev })
  expect(wordsOf(summary)).toContain(rev)
  expect(wordsOf(summary)).toContain('curl')
  expect(wordsOf(summary)).toMatch(new RegExp(`attach ${outputs['deploy-id'] ?? ''} 0`))
})

test('the same system again changes nothing', async () => {
  const rev = await box().must('git -C /srv/repo.git rev-parse main')
  const [before, pid] = [await hostState(box()), await pidOf('idle')]
  const run = await deploy(box(), { rev })
  expect(await endOf(box(), run)).toEqual(green('unchanged', before))
  expect(await pidOf('idle')).toBe(pid)
})

test('dry-activate shows the plan and changes nothing', async () => {
  const [before, pid] = [await hostState(box()), await pidOf('idle')]
  const rev = await box().commit({ units: { 'idle.service': `${idle}# changed\n`, 'new.service': idle } })
  const run = await deploy(box(), { rev, mode: 'dry-activate' })
  expect(await endOf(box(), run)).toEqual(green('planned', before))
  expect(run.log).toContain('would start the following units: idle.service, new.service')
  expect(JSON.parse(run.outputs['changed-units'] ?? '')).toMatchObject({ stopped: ['idle.service'] })
  expect(await pidOf('idle')).toBe(pid)
})

test('the plan for a system that only a boot can start says so', async () => {
  const before = await hostState(box())
  const rev = await box().commit({ initInterfaceVersion: '2' })
  const run = await deploy(box(), { rev, mode: 'dry-activate' })
  expect(await endOf(box(), run)).toEqual(green('planned', before))
  expect(wordsOf(run.summary)).toMatch(/would wait for a boot: init-interface-version/)
})

test('mode test runs until the next boot and commits nothing', async () => {
  const before = await hostState(box())
  const rev = await box().commit({ units: { 'tested.service': idle } })
  const run = await deploy(box(), { rev, mode: 'test' })
  expect(await endOf(box(), run)).toEqual(
    green('deployed', { ...before, running: run.outputs['system'] ?? '' }),
  )
  await box().reboot()
  expect(await hostState(box())).toEqual({ ...before, booted: before.default, running: before.default })
})

test('mode boot leaves what runs alone and is the default of the next boot', async () => {
  const before = await hostState(box())
  const rev = await box().commit({ units: { 'booted.service': idle } })
  const run = await deploy(box(), { rev, mode: 'boot' })
  expect(await endOf(box(), run)).toEqual(scheduled(run, before))
  const system = run.outputs['system']
  await box().reboot()
  expect(await hostState(box())).toMatchObject({ running: system, booted: system })
  expect(await box().must('systemctl is-active booted')).toBe('active')
})

test('a deploy with another kernel is scheduled for the next boot, with the reason', async () => {
  const before = await hostState(box())
  const run = await deploy(box(), { rev: await box().commit({ kernel: '6.18.2' }) })
  expect(await endOf(box(), run)).toEqual(scheduled(run, before))
  expect(run.outputs['reboot-required']).toBe('true')
  expect(wordsOf(run.summary)).toMatch(/kernel.*linux-6\.12\.1.*linux-6\.18\.2/)
})

test('with reboot: when-required the step waits until the host runs the new system', async () => {
  const rev = await box().commit({ kernel: '6.18.3', units: { 'after-reboot.service': idle } })
  const run = await deploy(box(), { rev, reboot: 'when-required' })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', 'reboot-required': 'false' } })
  const system = run.outputs['system']
  expect(await hostState(box())).toMatchObject({ running: system, booted: system, default: system })
})

test('a critical component that must not change at run time is scheduled, with its name', async () => {
  const before = await hostState(box())
  const inhibitors = { 'dbus-implementation': 'broker' }
  const run = await deploy(box(), { rev: await box().commit({ kernel: '6.18.3', inhibitors }) })
  expect(await endOf(box(), run)).toEqual(scheduled(run, before))
  expect(run.outputs['reboot-required']).toBe('true')
  expect(wordsOf(run.summary)).toMatch(/dbus-implementation: dbus -> broker/)
})

test('with reboot: when-required a system of another init interface comes up as well', async () => {
  const rev = await box().commit({ kernel: '6.18.3', initInterfaceVersion: '2' })
  const run = await deploy(box(), { rev, reboot: 'when-required' })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', 'reboot-required': 'false' } })
  const system = run.outputs['system']
  expect(await hostState(box())).toMatchObject({ running: system, booted: system, default: system })
})

test('with reboot: when-required a system that does not know its reboot triggers comes up as well', async () => {
  const spec = { kernel: '6.18.4', initInterfaceVersion: '2', rebootTriggers: false }
  const run = await deploy(box(), { rev: await box().commit(spec), reboot: 'when-required' })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', 'reboot-required': 'false' } })
  const system = run.outputs['system']
  expect(await hostState(box())).toMatchObject({ running: system, booted: system, default: system })
})

test('with reboot: when-required mode boot ends with the system running, though only a boot was asked for', async () => {
  const spec = { kernel: '6.18.4', initInterfaceVersion: '2', packages: ['booted-1'] }
  const run = await deploy(box(), { rev: await box().commit(spec), mode: 'boot', reboot: 'when-required' })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', 'reboot-required': 'false' } })
  expect(await hostState(box())).toMatchObject({ running: run.outputs['system'] })
})

test('a host that comes back on the old system ends the step red at once, with what was booted', async () => {
  const before = await hostState(box())
  const old = `sed -i "s/^default .*/default nixos-generation-${before.generation}.conf/" /boot/loader/loader.conf`
  await box().must([
    'systemd-run',
    '-q',
    '-p',
    'RemainAfterExit=yes',
    '-p',
    `ExecStop=/bin/sh -c '${old}'`,
    'true',
  ])
  const rev = await box().commit({ kernel: '6.18.5', initInterfaceVersion: '2' })
  const began = Date.now()
  const run = await deploy(box(), { rev, reboot: 'when-required', timeout: '4m' })
  expect(Date.now() - began).toBeLessThan(60_000)
  expect(run.code).toBe(1)
  expect(run.log).toContain(`The host came back, but on ${before.booted}.`)
  expect(await hostState(box())).toMatchObject({ running: before.running, booted: before.booted })
})

function green(status: string, host: HostState): End {
  return { code: 0, status, exitCode: 0, host, leftovers: '' }
}

/** The default of the next boot, and nothing else changed. */
function scheduled(run: ActionRun, before: HostState): End {
  const system = run.outputs['system'] ?? ''
  const generation = String(Number(before.generation) + 1)
  return green('scheduled', { ...before, profile: system, default: system, generation })
}

const pidOf = (unit: string) => box().must(`systemctl show -P MainPID ${unit}`)
