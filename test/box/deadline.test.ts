// What takes minutes because the deadlines do: everything here waits at the same time, each on a box of its own.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { endOf, hostState, idle, leftovers, startDeploy, tearDown } from './deploying.ts'
import type { HostState } from './deploying.ts'
import { run } from './process.ts'
import type { Finished } from './process.ts'

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
  return { box, before: await hostState(box) }
}

let unreachable: Promise<Awaited<ReturnType<typeof leaveForEver>>>
let workerless: Promise<Awaited<ReturnType<typeof killTheWorkerForGood>>>

beforeAll(async () => {
  const [first, second] = [await scene(), await scene()]
  unreachable = leaveForEver(first)
  workerless = killTheWorkerForGood(second)
  await Promise.allSettled([unreachable, workerless])
}, 300_000)

afterAll(() => tearDown(...boxes))

/** The deploy is activated, the link goes down, and stays down until the step has ended. */
async function leaveForEver({ box, before }: Scene) {
  const rev = await box.commit({
    units: { 'new.service': idle },
    activation: 'touch /run/activating; sleep 3',
  })
  const limits = { 'confirm-timeout': '20s', 'health-timeout': '5s', timeout: '210s' }
  const step = startDeploy(box, { rev, ...limits })
  await box.must('until [ -e /run/activating ]; do sleep 0.05; done')
  await box.link('down')
  const finished = await step.finished
  const end = await endOf(box, finished)
  await box.link('up')
  return { before, finished, end }
}

test('a link that never comes back: the host is back on its old system by itself', async () => {
  const { before, end } = await unreachable
  expect(end).toMatchObject({ exitCode: 81, host: before, leftovers: '' })
})

test('a link that never comes back: the step ends red within its timeout, and says what the host does', async () => {
  const { finished } = await unreachable
  expect(finished).toMatchObject({ code: 1, outputs: { status: 'unreachable' } })
  expect(finished.durationMs).toBeLessThan(210_000)
  expect(finished.log).toMatch(/rolls back by itself/)
})

/** A worker that dies during the activation and that nobody starts again: only the timer is left. */
async function killTheWorkerForGood({ box, before }: Scene) {
  const rev = await box.commit({
    units: { 'new.service': idle },
    activation: 'touch /run/activating; sleep 600',
  })
  const asked = ssh(box, `deploy timer-alone-1 ${rev} switch 5 75`)
  await box.must('until [ -e /run/activating ]; do sleep 0.05; done')
  await box.must('systemctl stop vps-deploy-worker.path')
  await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  const killed = Date.now()
  const answer = await asked
  return { box, before, answer, waitedMs: Date.now() - killed }
}

test('a worker that is killed and never started again is rolled back by the timer, at the deadline', async () => {
  const { box, before, answer, waitedMs } = await workerless
  expect(answer.code).toBe(81)
  expect(answer.stdout).toMatch(/"type":"result".*"status":"rolled-back"/)
  expect(waitedMs).toBeGreaterThan(50_000)
  expect(await hostState(box)).toEqual(before)
  expect((await box.run('systemctl is-active new')).stdout).toBe('inactive\n')
  expect(await leftovers(box)).toBe('')
})

function ssh(box: Box, request: string): Promise<Finished> {
  const options = ['-oStrictHostKeyChecking=no', '-oUserKnownHostsFile=/dev/null', '-oLogLevel=ERROR']
  return run(['ssh', '-i', box.deployKeyFile, ...options, `deploy@${box.address}`, request], {
    timeoutMs: 120_000,
  })
}
