import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { alike } from './alike.ts'
import { bootBox, service } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import { deploy, hostEvents, hostState, idle, leftovers, mustDeploy, tearDown } from './deploying.ts'
import type { HostEvent, HostState } from './deploying.ts'
import { askAnew } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(120_000)

let box: Box
let before: HostState

const withIdle = alike(async () => {
  const made = await bootBox()
  await mustDeploy(made, { units: { 'idle.service': idle } })
  return made
})

// A box for each test: what a crash leaves must not be another one's beginning.
beforeEach(async () => {
  box = await withIdle()
  before = await hostState(box)
}, 300_000)

afterEach(() => tearDown(box))

const changed = { units: { 'idle.service': `${idle}# 2\n`, 'new.service': idle } }

test.each([
  ['once', 'systemctl daemon-reexec'],
  ['ten times in a row', 'for i in 1 2 3 4 5 6 7 8 9 10; do systemctl daemon-reexec; done'],
])('an activation that has systemd execute itself anew %s is deployed', async (_, activation) => {
  const run = await deploy(box, { rev: await box.commit({ ...changed, activation }) })
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', 'failed-units': '[]' } })
  expect((await box.run('systemctl is-active idle new')).stdout).toBe('active\nactive\n')
})

/** A deploy that waits for its confirm, over a connection that stays open until it has its result. */
async function waiting(id: string, spec: SystemSpec, confirmSeconds: number): Promise<Promise<Answer>[]> {
  const answer = askAnew(box, `deploy ${id} ${await box.commit(spec)} switch ${confirmSeconds} 200`)
  const events = `/var/lib/vps-deploy/deploys/${id}/events.ndjson`
  await box.waitFor(events, '"awaiting-confirm"')
  return [answer]
}

async function eventOf(id: string, type: string): Promise<HostEvent | undefined> {
  return (await hostEvents(box, id)).findLast((event) => event.type === type)
}

test('the deadline holds though systemd reads its units and executes itself anew, and the worker hangs', async () => {
  const elapse = "systemctl show -P NextElapseUSecMonotonic 'vps-deploy-deadline-*.timer'"
  const anew = 'systemctl daemon-reload; systemctl daemon-reexec'
  const activation = `${elapse} >/run/first; ${anew}; ${elapse} >/run/second`
  const [answer] = await waiting('deadline-1', { ...changed, activation }, 8)
  await box.must(`systemctl kill --signal=STOP vps-deploy-worker; ${anew}`)
  expect(await answer).toMatchObject({ code: 81 })
  expect(await box.must('test -s /run/first; cmp /run/first /run/second')).toBe('')
  const decision = '/var/lib/vps-deploy/deploys/deadline-1/decision'
  expect(await box.read(decision)).toBe('rollback deadline')
  const deadline = Date.parse(String((await eventOf('deadline-1', 'awaiting-confirm'))?.['deadline']))
  const late = Number(await box.must(['stat', '-c', '%.Y', decision])) - deadline / 1000
  // By the host's clock, to the millisecond; on a machine that is busy a timer may fire late, and no earlier.
  expect(late).toBeGreaterThan(-0.5)
  expect(late).toBeLessThan(10)
  expect(await hostState(box)).toEqual(before)
})

/** Once the file is there, this service cannot be gone back to, unless by a boot. */
const fragile = service('test ! -e /run/no-way-back && exec sleep infinity; exit 1')

/** A deploy that is aborted when its rollback cannot work any more. */
async function lost(id: string, rebootIfRollbackFails: boolean, alsoBroken = ':'): Promise<HostState> {
  const config = { rebootIfRollbackFails }
  const host = await mustDeploy(box, { units: { 'fragile.service': fragile }, config })
  const [answer] = await waiting(id, { units: { 'fragile.service': `${fragile}# 2\n` }, config }, 30)
  await box.must(`touch /run/no-way-back; ${alsoBroken}`)
  expect(await askAnew(box, `abort ${id}`)).toMatchObject({ code: 0 })
  expect(await answer).toMatchObject({ code: 82 })
  return host
}

test('a rollback that fails ends in a reboot into the old default', async () => {
  const host = await lost('no-way-back-1', true)
  await box.comesBack()
  expect((await eventOf('no-way-back-1', 'result'))?.['message']).toMatch(
    /The host reboots into its old default/,
  )
  expect(await hostState(box)).toEqual({ ...host, booted: host.default })
  expect(await box.must('systemctl is-active fragile')).toBe('active')
})

test('a rollback that fails reboots nothing where the host forbids it', async () => {
  await lost('no-way-back-2', false)
  await box.must('sleep 6; test -e /run/no-way-back')
  expect((await eventOf('no-way-back-2', 'result'))?.['message']).toMatch(
    /The host does not reboot: rebootIfRollbackFails/,
  )
})

test('a rollback that fails reboots nothing where the loader would start another system', async () => {
  const entry = 's/^default .*/default nixos-generation-1.conf/'
  await lost('no-way-back-3', true, `sed -i '${entry}' /boot/loader/loader.conf`)
  await box.must('sleep 6; test -e /run/no-way-back')
  expect((await eventOf('no-way-back-3', 'result'))?.['message']).toMatch(
    /The host does not reboot: its default boot entry names another system than/,
  )
})

test('a timer that fires when its deploy has just ended, and its programs are gone, leaves nothing', async () => {
  const lines = [
    "import sys; sys.path.insert(0, '/usr/local/lib/vps-deploy')",
    'from vps_deploy import clock, deadline, systemd',
    'soon = clock.monotonic() - deadline.base() + 2',
    "systemd.start_timer('vps-deploy-deadline-gone', soon, ['/run/gone'], env={})",
  ]
  await box.must('cp /bin/true /run/gone')
  await box.must(['python3', '-IS', '-c', lines.join('\n')])
  await box.must('rm /run/gone')
  await box.must('until journalctl -b -o cat -u vps-deploy-deadline-gone | grep -q EXEC; do sleep 0.1; done')
  expect(await leftovers(box)).toBe('')
})
