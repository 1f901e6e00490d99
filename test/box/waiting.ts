// Stories that mostly wait, for deadlines or for a link.
import type { ActionRun } from '../support/run-action.ts'
import { alike } from './alike.ts'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { endOf, hostState, idle, leftovers, mustDeploy, shownAndWritten, startDeploy } from './deploying.ts'
import type { End, HostState } from './deploying.ts'
import { askAnew } from './sshclient.ts'
import { service } from './system.ts'

interface Scene {
  readonly box: Box
  readonly before: HostState
}

const withGoodSystem = alike(async () => {
  const box = await bootBox()
  await mustDeploy(box, { units: { 'idle.service': idle } })
  return box
})

/** A box with a good system, on which a story can begin. */
export async function scene(): Promise<Scene> {
  const box = await withGoodSystem()
  return { box, before: await hostState(box) }
}

/** Waits until the deploy is in the middle of its activation. */
const activating = (box: Box) => box.waitFor('/run/activating')
const activation = (seconds: number) => `touch /run/activating; sleep ${seconds}`

/** The link goes down during the activation and stays down until the step has ended. */
export async function cutForEver({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'new.service': idle }, activation: activation(3) })
  const limits = { 'confirm-timeout': '20s', 'health-timeout': '5s', timeout: '210s' }
  const step = startDeploy(box, { rev, ...limits })
  await activating(box)
  await box.link('down')
  const run = await step.finished
  return { before, run, end: await endOf(box, run) }
}

/** What a system loses that nobody can confirm without. */
interface Loss {
  readonly before: HostState
  readonly run: ActionRun
  readonly end: End
}

const shortly = { 'confirm-timeout': '16s', 'health-timeout': '1s' }

/** The new system has no sshd. */
export async function withoutSshd({ box, before }: Scene): Promise<Loss & { sshd: string }> {
  const rev = await box.commit({ units: { 'idle.service': idle }, without: ['sshd.service'] })
  const run = await startDeploy(box, { rev, ...shortly }).finished
  return { before, run, end: await endOf(box, run), sshd: await box.must('systemctl is-active sshd') }
}

/** From the table that stands before all others nothing can be kept: it goes further down. */
const makeRoomForRules = 'ip rule add pref 20 lookup local; ip rule del pref 0'

/** The new system has a firewall that drops, without a word, whatever comes in for SSH. */
export async function behindAWall({ box, before }: Scene): Promise<Loss> {
  const rule = 'pref 10 iif host0 ipproto 6 dport 22 blackhole'
  const wall = service(`${makeRoomForRules}; ip rule add ${rule}`, {
    Type: 'oneshot',
    RemainAfterExit: 'yes',
    ExecStop: '/bin/sh -c "ip rule del pref 10"',
  })
  const rev = await box.commit({ units: { 'idle.service': idle, 'wall.service': wall } })
  const run = await startDeploy(box, { rev, ...shortly }).finished
  return { before, run, end: await endOf(box, run) }
}

/** The new system gives the machine another address than the one it is reached by. */
export async function withAnotherAddress({ box, before }: Scene): Promise<Loss> {
  const [old, other] = [`${box.address}/30`, `${box.address.replace(/\d+$/, '9')}/30`]
  const move = (from: string, to: string) => `ip addr del ${from} dev host0; ip addr add ${to} dev host0`
  const address = service(move(old, other), {
    Type: 'oneshot',
    RemainAfterExit: 'yes',
    ExecStop: `/bin/sh -c "${move(other, old)}"`,
  })
  const rev = await box.commit({ units: { 'idle.service': idle, 'address.service': address } })
  const run = await startDeploy(box, { rev, ...shortly }).finished
  return { before, run, end: await endOf(box, run) }
}

/** Nothing of the connection that stands comes through any more, either way; nobody is told, and new ones work. */
async function forgetConnection(box: Box): Promise<void> {
  await box.must(`${makeRoomForRules}
    for port in $(ss -Htn state established '( sport = :22 )' | sed 's/.*:\\([0-9]*\\) *$/\\1/'); do
      ip rule add pref 10 iif host0 ipproto 6 sport $port dport 22 blackhole
      ip rule add pref 11 ipproto 6 sport 22 dport $port blackhole
    done`)
}

const longBuild = (parts: number) =>
  `for number in $(seq ${parts}); do echo "building part $number"; sleep 0.25; done
  until [ -e /run/seen ]; do sleep 0.1; done`

/** Half-open: a router between the two has forgotten their connection. The build goes on once its end has been seen. */
export async function halfOpen({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'new.service': idle }, build: longBuild(100) })
  const step = startDeploy(box, { rev })
  await step.waitFor(/building part 3\b/, 60_000)
  await forgetConnection(box)
  await step.waitFor(/building part 100\b/, 90_000)
  await box.must('touch /run/seen')
  const run = await step.finished
  return { before, run, end: await endOf(box, run), ...(await shownAndWritten(box, run)) }
}

/** Half-open the other way: the runner is gone, and the host does not learn of it. The build waits until it has. */
export async function vanishedRunner({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'new.service': idle }, build: longBuild(20) })
  const step = startDeploy(box, { rev, ...shortly })
  await step.waitFor(/building part 3\b/, 60_000)
  await forgetConnection(box)
  step.signal('SIGKILL')
  const [, id = ''] = /^Accepted by .* as (\S+);/m.exec((await step.finished).log) ?? []
  const atOnce = await box.must('pgrep -c -u deploy')
  await box.must('while pgrep -u deploy; do sleep 0.5; done; touch /run/seen', { timeoutMs: 240_000 })
  await box.waitFor(`/var/lib/vps-deploy/deploys/${id}/result.json`)
  const answer = await askAnew(box, `attach ${id} 0`)
  return { before, atOnce, answer, after: await hostState(box), left: await leftovers(box) }
}

/** 30 % of the packets are lost, whichever way they go, and every answer takes half a second. */
export async function badCable({ box, before }: Scene) {
  await box.impair({ loss: 0.3, delayMs: 250, seed: 1 })
  const build = 'for number in $(seq 500); do echo "building part $number"; done'
  const rev = await box.commit({ units: { 'new.service': idle }, build })
  const patience = {
    'connect-timeout': '40s',
    'connect-attempts': '10',
    'confirm-timeout': '240s',
    timeout: '15m',
  }
  const run = await startDeploy(box, { rev, ...patience }).finished
  return { before, run, end: await endOf(box, run), ...(await shownAndWritten(box, run)) }
}

/** The worker dies during the activation and nobody starts it again: only the timer is left. */
export async function withoutWorker({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'new.service': idle }, activation: activation(600) })
  const asked = askAnew(box, `deploy timer-alone-1 ${rev} switch 5 75`)
  await activating(box)
  await box.must('systemctl stop vps-deploy-worker.path')
  await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  const killed = performance.now()
  const answer = await asked
  const waitedMs = performance.now() - killed
  const units = (await box.run('systemctl is-active idle new')).stdout
  return { before, answer, waitedMs, units, after: await hostState(box), left: await leftovers(box) }
}

/** The run is canceled after the activation, when only the host can still decide. */
export async function canceledLate({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'new.service': idle } })
  const limits = { 'confirm-timeout': '21s', 'health-timeout': '10s', 'connect-timeout': '1s' }
  const step = startDeploy(box, { rev, ...limits, 'health-urls': 'http://127.0.0.1:9/' })
  await step.waitFor(/The new system runs/)
  const canceled = performance.now()
  step.signal('SIGINT')
  const run = await step.finished
  const tookMs = performance.now() - canceled
  await box.waitFor(`/var/lib/vps-deploy/deploys/${run.outputs['deploy-id'] ?? ''}/result.json`)
  return { before, run, tookMs, end: await endOf(box, run) }
}
