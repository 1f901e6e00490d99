import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox, service } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, hostState, idle, mustDeploy, startDeploy, tearDown, webServer } from './deploying.ts'
import type { End, HostState } from './deploying.ts'
import type { ActionRun } from '../support/run-action.ts'

jest.setTimeout(120_000)

let box: Box
let before: HostState

const base = { 'idle.service': idle }

beforeAll(async () => {
  box = await bootBox()
  before = await mustDeploy(box, { units: base })
}, 300_000)

afterAll(() => tearDown(box))

/** Red, and the host is as it was. */
function rolledBack(exitCode: number): End {
  return { code: 1, status: 'rolled-back', exitCode, host: before, leftovers: '' }
}

function unchanged(status: string, exitCode: number): End {
  return { ...rolledBack(exitCode), status }
}

test('an activation that fails is rolled back', async () => {
  const run = await deploy(box, {
    rev: await box.commit({ activation: 'exit 1', units: { 'idle.service': `${idle}# 2\n` } }),
  })
  expect(await endOf(box, run)).toEqual(rolledBack(80))
})

test('a unit that newly fails is rolled back and named, without quoting what it said', async () => {
  const broken = service('echo the password is hunter2; exit 3')
  const run = await deploy(box, { rev: await box.commit({ units: { ...base, 'broken.service': broken } }) })
  expect(await endOf(box, run)).toEqual(rolledBack(81))
  expect(run.outputs['failed-units']).toBe('["broken.service"]')
  expect(run.log).toMatch(/broken\.service.*exit-code.*3/)
  expect(run.log + run.summary + (await spoolText(run))).not.toContain('hunter2')
})

test('a service that crashes and is restarted for ever is rolled back, though it never counts as failed', async () => {
  const crashes = service('sleep 0.2; exit 1', { Restart: 'always', RestartSec: '100ms' }).replace(
    '[Service]',
    '[Unit]\nStartLimitIntervalSec=0\n[Service]',
  )
  const run = await deploy(box, { rev: await box.commit({ units: { ...base, 'loops.service': crashes } }) })
  expect(await endOf(box, run)).toEqual(rolledBack(81))
  expect(run.outputs['failed-units']).toBe('["loops.service"]')
})

test('a service that ends well but is restarted again and again is rolled back too', async () => {
  const ends = service('sleep 0.3', { Restart: 'always', RestartSec: '50ms' }).replace(
    '[Service]',
    '[Unit]\nStartLimitIntervalSec=0\n[Service]',
  )
  const run = await deploy(box, { rev: await box.commit({ units: { ...base, 'ends.service': ends } }) })
  expect(await endOf(box, run)).toEqual(rolledBack(81))
})

test('a health URL that answers 500 is rolled back', async () => {
  const { unit, etc } = webServer(500)
  const rev = await box.commit({ units: { ...base, 'web.service': unit }, etc })
  const run = await deploy(box, { rev, 'health-urls': `http://${box.address}:8080/`, 'health-timeout': '2s' })
  expect(await endOf(box, run)).toEqual(rolledBack(81))
  expect(run.log).toMatch(/8080.*500/)
})

test("a health check of the host's own that fails is rolled back, with its name", async () => {
  const healthChecks = [{ name: 'the-answer', command: ['false'], timeoutSeconds: 1 }]
  const run = await deploy(box, { rev: await box.commit({ units: base, config: { healthChecks } }) })
  expect(await endOf(box, run)).toEqual(rolledBack(81))
  expect(run.log).toContain('the-answer')
})

test('a boot entry that cannot be written is rolled back, profile and entry included', async () => {
  const run = await deploy(box, { rev: await box.commit({ units: base, bootloader: 'exit 1' }) })
  expect(await endOf(box, run)).toEqual(rolledBack(84))
})

test('a boot entry that was silently not written is rolled back as well', async () => {
  const run = await deploy(box, { rev: await box.commit({ units: base, bootloader: 'exit 0' }) })
  expect(await endOf(box, run)).toEqual(rolledBack(84))
})

test('an evaluation error fails the step with an annotation at its line, and changes nothing', async () => {
  const flake =
    '{\n  outputs = { self }: {\n    nixosConfigurations.vps-arm = throw "no such module";\n  };\n}\n'
  const run = await deploy(box, { rev: await box.commit({ flake }) })
  expect(await endOf(box, run)).toEqual(unchanged('failed', 69))
  expect(run.log).toMatch(/^::error .*file=nix\/flake\.nix,line=3,.*no such module/m)
})

test('a build that fails fails the step with the log of the build, and changes nothing', async () => {
  const run = await deploy(box, { rev: await box.commit({ build: 'echo the compiler says no; exit 1' }) })
  expect(await endOf(box, run)).toEqual(unchanged('failed', 69))
  expect(run.log).toContain('the compiler says no')
})

test('a run that is canceled before the activation is aborted', async () => {
  const rev = await box.commit({ units: base, build: 'echo building now; sleep 30' })
  const step = startDeploy(box, { rev })
  await step.waitFor(/building now/)
  step.signal('SIGINT')
  expect(await endOf(box, await step.finished)).toEqual(unchanged('aborted', 83))
})

test('a unit that was broken before is not blamed', async () => {
  const fragile = service('test ! -e /var/break && exec sleep infinity; exit 1')
  const units = { ...base, 'fragile.service': fragile }
  await mustDeploy(box, { units })
  await box.must('touch /var/break; ! systemctl restart fragile; sleep 0.3; systemctl is-failed fragile')
  const run = await deploy(box, { rev: await box.commit({ units, packages: ['hello-1'] }) })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', 'failed-units': '[]' } })
})

test('a service and its health check are removed by the same commit', async () => {
  const healthChecks = [
    { name: 'web', command: ['systemctl', 'is-active', '--quiet', 'web'], timeoutSeconds: 2 },
  ]
  const units = { ...base, 'web.service': idle }
  await mustDeploy(box, { units, config: { healthChecks } })
  const run = await deploy(box, { rev: await box.commit({ units: base }) })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed' } })
  expect((await box.run('systemctl is-active web')).stdout).toBe('inactive\n')
})

/** A loader that nobody can write any more, neither the new system nor the old one; and how it is mended. */
const brokenForBoth = [
  ['whose installer fails', 'touch /run/broken', 'rm /run/broken'],
  [
    'on a read-only file system',
    'mount --bind /boot /boot && mount -o remount,ro,bind /boot',
    'umount --lazy /boot',
  ],
] as const

test.each(brokenForBoth)('a loader %s is rolled back, for it never left the old system', async (...how) => {
  const bootloader = 'test ! -e /run/broken'
  const host = await mustDeploy(box, { units: base, bootloader, packages: [`${how[0].length}-1`] })
  await box.must(how[1])
  const run = await deploy(box, { rev: await box.commit({ units: base, bootloader }) })
  const end = await endOf(box, run)
  await box.must(how[2])
  expect(end).toEqual({ ...rolledBack(84), host })
})

test('a commit that systemd does not even start is rolled back, and nobody is told that nothing changed', async () => {
  const host = await mustDeploy(box, { units: base, packages: ['not-started-1'] })
  const wrapper = '/usr/local/sbin/systemd-run'
  await box.write(wrapper, withoutCommit)
  await box.must(`chmod +x ${wrapper}`)
  const run = await deploy(box, { rev: await box.commit({ units: base }) })
  const end = await endOf(box, run)
  await box.must(`rm ${wrapper}`)
  expect(end).toEqual({ ...rolledBack(84), host })
  expect(run.log).toContain('out of order')
  expect(run.log).not.toContain('Nothing was changed')
})

const withoutCommit = `#!/bin/sh
case "$*" in *vps-deploy-commit-*) echo 'systemd is out of order' >&2; exit 1 ;; esac
exec /usr/bin/systemd-run "$@"
`

test('a wrong configuration of vps-deploy in the new system is rolled back and named', async () => {
  const host = await hostState(box)
  const run = await deploy(box, {
    rev: await box.commit({ units: base, config: { settleSeconds: 'long' }, packages: ['wrong-1'] }),
  })
  expect(await endOf(box, run)).toEqual({ ...rolledBack(81), host })
  expect(run.log).toMatch(/The new system's configuration of vps-deploy is wrong: .*settleSeconds/)
})

/** Everything user deploy may read of a deploy. */
async function spoolText(run: ActionRun): Promise<string> {
  const folder = `/var/lib/vps-deploy/deploys/${run.outputs['deploy-id'] ?? ''}`
  return box.must(
    `setpriv --reuid=deploy --regid=deploy --clear-groups sh -c 'cat ${folder}/* 2>/dev/null; true'`,
  )
}
