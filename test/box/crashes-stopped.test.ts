// The worker told to stop and the host told to go down in the middle of things; switches that never end.
import { afterAll, expect, jest, test } from '@jest/globals'
import { service } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import { crashAt, deployAgain, scene } from './crashing.ts'
import { endOf, hostEvents, hostState, startDeploy, tearDown } from './deploying.ts'
import type { HostState } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(300_000)

afterAll(() => tearDown())

const good = { code: 0, status: 'deployed', exitCode: 0, leftovers: '' }

function rolledBack(host: HostState) {
  return {
    end: { code: 1, status: 'rolled-back', exitCode: 81, host, leftovers: '' },
    units: 'active\ninactive\n',
  }
}

/** As long as the path is down, every switch starts it; and that waits until the worker has stopped. */
const stopBoth = (verb: string) => (box: Box) =>
  box.must(`systemctl stop vps-deploy-worker.path; timeout 120 systemctl ${verb} vps-deploy-worker.service`)

test.concurrent.each([
  ['stop', 'confirm'],
  ['stop', 'rollback'],
  ['restart', 'rollback'],
] as const)('a %s of worker and path at %s returns, and the rollback goes on', async (verb, moment) => {
  await using place = await scene()
  const outcome = await crashAt(place, moment, stopBoth(verb))
  expect(outcome).toMatchObject(rolledBack(place.before))
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent.each(['activate', 'confirm', 'rollback'] as const)(
  'a host that is rebooted at %s comes back on the old system',
  async (moment) => {
    await using place = await scene()
    const outcome = await crashAt(place, moment, (box) => box.reboot())
    expect(outcome).toMatchObject(rolledBack({ ...place.before, booted: place.before.default }))
    expect(await deployAgain(place)).toMatchObject(good)
  },
)

test.concurrent(
  'a host that is rebooted while the boot entry is written comes back on the old system',
  async () => {
    await using place = await scene()
    const outcome = await crashAt(place, 'entries', (box) => box.reboot())
    expect(outcome.run.log).toMatch(/It was confirmed, but the host was rebooted before the boot entry/)
    expect(outcome).toMatchObject(rolledBack({ ...place.before, booted: place.before.default }))
    expect(await deployAgain(place)).toMatchObject(good)
  },
)

/** Ignores every signal it can, as does what it starts. */
const stubborn = 'trap "" TERM INT HUP; touch /run/stubborn; sleep 3600 & wait; sleep 3600'

test.concurrent(
  'a switch that never ends and ignores SIGTERM is killed at the deadline, with all it started',
  async () => {
    await using place = await scene()
    const { box, before } = place
    const rev = await box.commit({ activation: stubborn })
    const answer = await askAnew(box, `deploy stubborn-1 ${rev} switch 1 66`)
    expect(answer).toMatchObject({ code: 81, stdout: expect.stringMatching(/"status":"rolled-back"/) })
    expect(await hostState(box)).toEqual(before)
    expect((await box.run('pgrep -c sleep; systemctl is-active idle')).stdout).toBe('1\nactive\n')
    expect(await deployAgain(place)).toMatchObject(good)
  },
)

/** Cannot be stopped in a lifetime: whatever stops it, waits. */
const unstoppable: SystemSpec = {
  units: {
    'unstoppable.service': service('exec sleep infinity', {
      ExecStop: '/bin/sleep infinity',
      TimeoutStopSec: 'infinity',
    }),
  },
}
/** The limits of the shipped code are five minutes each. */
const shorter = `cd /usr/local/lib/vps-deploy/vps_deploy
  sed -i 's/^LIMIT_SECONDS = 300.0$/LIMIT_SECONDS = 5.0/' rollback.py && grep -qx 'LIMIT_SECONDS = 5.0' rollback.py
  sed -i 's/^_FORCE_SECONDS = 300$/_FORCE_SECONDS = 4/' systemd.py && grep -qx '_FORCE_SECONDS = 4' systemd.py`

test.concurrent(
  'a rollback that hangs ends in a forced reboot into the old default, though units refuse to stop',
  async () => {
    await using place = await scene()
    const { box, before } = place
    await box.must(shorter)
    const inputs = { 'health-urls': 'http://127.0.0.1:9/', 'health-timeout': '1s' }
    const back = box.comesBack()
    const run = await startDeploy(box, { rev: await box.commit(unstoppable), ...inputs }).finished
    await back
    const host = { ...before, booted: before.default }
    expect(await endOf(box, run)).toEqual({ code: 1, status: 'failed', exitCode: 82, host, leftovers: '' })
    expect(run.log).toMatch(/it did not end within 5 s; .*The host reboots into its old default/)
    const attempts = (await hostEvents(box, run.outputs['deploy-id'])).filter(({ text }) =>
      text?.startsWith('Rollback, attempt'),
    )
    expect(attempts).toHaveLength(1)
    expect(await deployAgain(place)).toMatchObject(good)
  },
)
