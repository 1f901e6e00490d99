// Somebody changes the host by hand while a deploy is under way: what they did stays, and is said.
import { beforeEach, expect, jest, test } from '@jest/globals'
import { asked, awaited, mustAsk, resultOf, suiteBox } from './asking.ts'
import type { SystemSpec } from './box.ts'
import { hostState, idle, leftovers, mustDeploy } from './deploying.ts'
import type { HostState } from './deploying.ts'
import { askAnew } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(120_000)

const PROFILE = '/nix/var/nix/profiles/system'

/** A system that somebody has built by hand, with a unit to be known by. */
let theirs: string
let before: HostState
let round = 0

// Nothing here is about units that fail late.
const config = { settleSeconds: 0 }

const box = suiteBox(async (made) => {
  theirs = (await mustDeploy(made, { units: { 'theirs.service': idle }, config })).running
})

beforeEach(async () => {
  // Whatever the test before left: a newer commit outdoes it.
  await mustAsk(box(), `begin-${++round}-1`, { units: { 'idle.service': idle }, config })
  before = await hostState(box())
})

const ours = (more: SystemSpec = {}): SystemSpec => ({
  units: { 'ours.service': idle },
  packages: [`ours-${round}`],
  config,
  ...more,
})

/** A deploy that waits for its confirm. */
async function waiting(more?: SystemSpec) {
  const rev = await box().commit(ours(more))
  return awaited(box(), `deploy by-hand-${round} ${rev} switch 40 200`)
}

type Deploy = Awaited<ReturnType<typeof waiting>>

const confirm = ({ id, nonce }: Deploy) => askAnew(box(), `confirm ${id} ${nonce}`)
const abort = ({ id }: Deploy) => askAnew(box(), `abort ${id}`)

/** Between the decision and what follows from it somebody does something; returns how the host stands then. */
async function decidedButNotYet(decide: () => Promise<Answer>, hand: string): Promise<HostState> {
  await box().must('systemctl kill --signal=STOP vps-deploy-worker')
  expect(await decide()).toMatchObject({ code: 0 })
  await box().must(hand)
  const found = await hostState(box())
  await box().must('systemctl kill --signal=CONT vps-deploy-worker')
  return found
}

/** How a deploy ended, and the host with it. */
async function endOf({ id, answer }: Deploy) {
  const { code } = await answer
  const message = (await resultOf(box(), id))?.['message']
  // Started by the deploy: a rollback would stop it.
  const unit = await box().must('systemctl is-active ours || true')
  return { code, message, unit, host: await hostState(box()), left: await leftovers(box()) }
}

/** Nothing more was touched since `host` was looked at. */
function leftAlone(host: HostState, why: string) {
  const message = expect.stringMatching(`^Changed by somebody else: ${why}`) as unknown
  return { code: 70, message, unit: 'active', host, left: '' }
}

const moveProfile = () => `nix-env --profile ${PROFILE} --set ${theirs}`
const runTheirs = () => `ln -sfn ${theirs} /run/.theirs && mv -T /run/.theirs /run/current-system`

test('a switch by hand fails at once while a deploy waits, and changes nothing', async () => {
  const deploy = await waiting()
  const host = await hostState(box())
  for (const action of ['switch', 'test', 'boot'])
    expect(await box().run([`${theirs}/bin/switch-to-configuration`, action])).toMatchObject({ code: 11 })
  expect(await hostState(box())).toEqual(host)
  expect(await confirm(deploy)).toMatchObject({ code: 0 })
  expect(await deploy.answer).toMatchObject({ code: 0 })
  expect(await hostState(box())).toMatchObject({ running: host.running, default: host.running })
})

const hands: readonly (readonly [string, () => string, string])[] = [
  // As nixos-rebuild does it: the profile first, which needs no lock; then its switch, which fails.
  ['the profile', moveProfile, 'the profile names'],
  ['what runs', runTheirs, 'the running system is'],
]

test.each(hands)('%s, moved by hand while a deploy waits, stays after a confirm', async (_, hand, why) => {
  const deploy = await waiting()
  await box().must(hand())
  const found = await hostState(box())
  expect(await confirm(deploy)).toMatchObject({ code: 0 })
  expect(await endOf(deploy)).toEqual(leftAlone(found, why))
})

test.each(hands)('%s, moved by hand while a deploy waits, stays after an abort', async (_, hand, why) => {
  const deploy = await waiting()
  await box().must(hand())
  const found = await hostState(box())
  expect(await abort(deploy)).toMatchObject({ code: 0 })
  expect(await endOf(deploy)).toEqual(leftAlone(found, why))
})

test('the profile, moved by hand after the decision to commit, stays', async () => {
  const deploy = await waiting()
  const found = await decidedButNotYet(() => confirm(deploy), moveProfile())
  expect(await endOf(deploy)).toEqual(leftAlone(found, 'the profile names'))
})

test('what runs, changed by hand after the decision to roll back, stays', async () => {
  const deploy = await waiting()
  const found = await decidedButNotYet(() => abort(deploy), runTheirs())
  expect(await endOf(deploy)).toEqual(leftAlone(found, 'the running system is'))
})

test('what runs, changed by hand, stays also when the worker has died since', async () => {
  const deploy = await waiting()
  await box().must('systemctl stop vps-deploy-worker.path')
  await box().must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  await box().must(runTheirs())
  const found = await hostState(box())
  await box().must('systemctl start vps-deploy-worker.path')
  expect(await endOf(deploy)).toEqual(leftAlone(found, 'the running system is'))
})

/** For the moment in which the lock is free, because our own switch is about to take it. */
async function inTheGap(
  unit: 'activate' | 'commit',
  hand: string,
  story: () => Promise<void>,
): Promise<void> {
  const wrapper = '/usr/local/sbin/systemd-run'
  const meanwhile = `case "$*" in *vps-deploy-${unit}-*) ${hand} ;; esac`
  await box().write(wrapper, `#!/bin/sh\n${meanwhile}\nexec /usr/bin/systemd-run "$@"\n`)
  await box().must(`chmod +x ${wrapper}`)
  try {
    await story()
  } finally {
    await box().must(`rm ${wrapper}`)
  }
}

/** A switch by hand that has the lock until our own one has found it taken. */
function switching(): string {
  const log = `/var/lib/vps-deploy/deploys/by-hand-${round}/switch.log`
  const work = `touch /run/has-lock; until grep -qs 'Could not acquire lock' ${log}; do sleep 0.05; done`
  const held = `/usr/bin/systemd-run --quiet flock /run/nixos/switch-to-configuration.lock sh -c "${work}"`
  return `${held}; until [ -e /run/has-lock ]; do sleep 0.02; done; rm /run/has-lock`
}

test('a switch by hand that is quicker to the lock than the activation is left alone', async () => {
  await inTheGap('activate', switching(), async () => {
    const { answer, id } = await asked(
      box(),
      `deploy by-hand-${round} ${await box().commit(ours())} switch 40 200`,
    )
    expect(await answer).toMatchObject({ code: 70 })
    expect((await resultOf(box(), id))?.['message']).toMatch(/^Changed by somebody else: another switch/)
    expect(await hostState(box())).toEqual(before)
    expect(await leftovers(box())).toBe('')
  })
})

test('a switch by hand that is quicker to the lock than the boot entry: everything goes back', async () => {
  await inTheGap('commit', switching(), async () => {
    const deploy = await waiting()
    expect(await confirm(deploy)).toMatchObject({ code: 0 })
    expect(await deploy.answer).toMatchObject({ code: 84 })
    expect(await hostState(box())).toEqual(before)
    expect(await leftovers(box())).toBe('')
  })
})

test.each([
  ['and nothing else', () => ':'],
  ['by somebody who has the lock', switching],
])('the profile moved by hand just before the boot entry is written, %s, stays', async (_, more) => {
  await inTheGap('commit', `${moveProfile()}; ${more()}`, async () => {
    const deploy = await waiting()
    const { running } = await hostState(box())
    expect(await confirm(deploy)).toMatchObject({ code: 0 })
    const end = await endOf(deploy)
    expect(end).toEqual(leftAlone(end.host, 'the profile names'))
    expect(end.host).toMatchObject({ running, profile: theirs })
  })
})
