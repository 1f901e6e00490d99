// Scenarios that mostly wait, for deadlines or for a link: they all wait at the same time, each on a box of its own.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import {
  endOf,
  hostState,
  idle,
  leftovers,
  mustDeploy,
  shownAndWritten,
  startDeploy,
  tearDown,
} from './deploying.ts'
import type { HostState } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(300_000)

const boxes: Box[] = []

interface Scene {
  readonly box: Box
  readonly before: HostState
}

/** A box with a good system, on which a scenario can begin. */
async function scene(): Promise<Scene> {
  const box = await bootBox()
  boxes.push(box)
  return { box, before: await mustDeploy(box, { units: { 'idle.service': idle } }) }
}

type Story<T> = (scene: Scene) => Promise<T>

/** Begins a story now; its test waits for its end. */
async function begin<T>(story: Story<T>): Promise<{ readonly end: Promise<T> }> {
  const end = story(await scene())
  // A story that fails does so in its own test.
  end.catch(() => undefined)
  return { end }
}

/** Waits until the deploy is in the middle of its activation. */
const activating = (box: Box) => box.must('until [ -e /run/activating ]; do sleep 0.05; done')
const activation = (seconds: number) => `touch /run/activating; sleep ${seconds}`

/** The link goes down during the activation and stays down until the step has ended. */
async function cutForEver({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'new.service': idle }, activation: activation(3) })
  const limits = { 'confirm-timeout': '20s', 'health-timeout': '5s', timeout: '210s' }
  const step = startDeploy(box, { rev, ...limits })
  await activating(box)
  await box.link('down')
  const run = await step.finished
  return { before, run, end: await endOf(box, run) }
}

/** The same, for 20 s. */
async function cutForAWhile({ box, before }: Scene) {
  const units = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`unit-${index}.service`, idle]))
  const build = 'for number in $(seq 50); do echo "building part $number"; done'
  const rev = await box.commit({ units, build, activation: activation(10) })
  const step = startDeploy(box, { rev, 'confirm-timeout': '60s' })
  await activating(box)
  await box.link('down')
  await new Promise((resolve) => setTimeout(resolve, 20_000))
  await box.link('up')
  const run = await step.finished
  return { before, run, end: await endOf(box, run), ...(await shownAndWritten(box, run)) }
}

/** The new system has no sshd: nobody can confirm it. */
async function withoutSshd({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'idle.service': idle }, without: ['sshd.service'] })
  const run = await startDeploy(box, { rev, 'confirm-timeout': '16s', 'health-timeout': '1s' }).finished
  return { before, end: await endOf(box, run), sshd: await box.must('systemctl is-active sshd') }
}

/** The worker dies during the activation and nobody starts it again: only the timer is left. */
async function withoutWorker({ box, before }: Scene) {
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
async function canceledLate({ box, before }: Scene) {
  const rev = await box.commit({ units: { 'new.service': idle } })
  const limits = { 'confirm-timeout': '21s', 'health-timeout': '10s', 'connect-timeout': '1s' }
  const step = startDeploy(box, { rev, ...limits, 'health-urls': 'http://127.0.0.1:9/' })
  await step.waitFor(/The new system runs/)
  const canceled = performance.now()
  step.signal('SIGINT')
  const run = await step.finished
  const tookMs = performance.now() - canceled
  await box.must(
    `until [ -e /var/lib/vps-deploy/deploys/${run.outputs['deploy-id'] ?? ''}/result.json ]; do sleep 0.2; done`,
  )
  return { before, run, tookMs, end: await endOf(box, run) }
}

/** One after the other, as booting is what takes the machine's time. */
async function beginAll() {
  return {
    cutForEver: await begin(cutForEver),
    cutForAWhile: await begin(cutForAWhile),
    withoutSshd: await begin(withoutSshd),
    withoutWorker: await begin(withoutWorker),
    canceledLate: await begin(canceledLate),
  }
}

let begun: Awaited<ReturnType<typeof beginAll>>

beforeAll(async () => {
  begun = await beginAll()
}, 300_000)

afterAll(() => tearDown(...boxes))

test('a link that is down for 20 s in the middle of the activation costs no event', async () => {
  const { before, run, end, shown, written } = await begun.cutForAWhile.end
  const system = run.outputs['system'] ?? ''
  const host = { ...before, running: system, profile: system, default: system, generation: '3' }
  expect(end).toEqual({ code: 0, status: 'deployed', exitCode: 0, host, leftovers: '' })
  expect(run.log).toMatch(/connection lost/)
  expect(shown).toEqual(written)
})

test('a system that takes sshd away is rolled back: nobody could confirm it', async () => {
  const { before, end, sshd } = await begun.withoutSshd.end
  expect(end).toEqual({ code: 1, status: 'rolled-back', exitCode: 81, host: before, leftovers: '' })
  expect(sshd).toBe('active')
})

test('a run that is canceled after the activation lets go at once, says so, and the host decides alone', async () => {
  const { before, run, tookMs, end } = await begun.canceledLate.end
  expect(tookMs).toBeLessThan(7_500)
  expect(run.log).toMatch(/^::error::The run was canceled/m)
  expect(end).toEqual({ code: 1, status: 'unreachable', exitCode: 81, host: before, leftovers: '' })
})

test('a worker that is killed and never started again is rolled back by the timer, at the deadline', async () => {
  const { before, answer, waitedMs, units, after, left } = await begun.withoutWorker.end
  expect(answer.code).toBe(81)
  expect(answer.stdout).toMatch(/"type":"result".*"status":"rolled-back"/)
  expect(waitedMs).toBeGreaterThan(50_000)
  expect({ after, units, left }).toEqual({ after: before, units: 'active\ninactive\n', left: '' })
})

test('a link that never comes back: the host is back on its old system by itself', async () => {
  const { before, end } = await begun.cutForEver.end
  expect(end).toMatchObject({ exitCode: 81, host: before, leftovers: '' })
})

test('a link that never comes back: the step ends red within its timeout, and says what the host does', async () => {
  const { run } = await begun.cutForEver.end
  expect(run).toMatchObject({ code: 1, outputs: { status: 'unreachable' } })
  expect(run.durationMs).toBeLessThan(210_000)
  expect(run.log).toMatch(/rolls back by itself/)
})
