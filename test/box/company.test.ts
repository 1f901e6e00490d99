// Several deploys at once: they wait for each other, and one that a later one contains is left to that one.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { ActionRun, RunningAction } from '../support/run-action.ts'
import { asked, gate, resultOf } from './asking.ts'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { endOf, hostEvents, hostState, idle, leftovers, startDeploy, tearDown } from './deploying.ts'
import type { End } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(180_000)

const boxes: Box[] = []

afterAll(() => tearDown(...boxes))

/** A box on which a first deploy is held in its build, so that others have to wait behind it. */
async function busy(): Promise<{ box: Box; first: RunningAction }> {
  const box = await bootBox()
  boxes.push(box)
  const build = `echo building now; ${gate.held}`
  const first = startDeploy(box, { rev: await box.commit({ build, packages: ['first-1'] }) })
  await first.waitFor(/building now/)
  return { box, first }
}

/** A step whose deploy waits in the queue. */
async function queued(box: Box, rev: string): Promise<RunningAction> {
  const step = startDeploy(box, { rev })
  await step.waitFor(/Queued behind/)
  return step
}

/** Lets the first deploy go on, and waits for the ends of all steps. */
async function ends(box: Box, ...steps: RunningAction[]): Promise<{ runs: ActionRun[]; ends: End[] }> {
  await gate.release(box)
  const runs = await Promise.all(steps.map((step) => step.finished))
  return { runs, ends: await Promise.all(runs.map((run) => endOf(box, run))) }
}

const green = { code: 0, exitCode: 0, leftovers: '' }

/** Two steps; and somebody starts a second worker by hand while the first deploy is worked on. */
async function two() {
  const { box, first } = await busy()
  const second = await queued(box, await box.commit({ units: { 'idle.service': idle } }))
  const settings = '--property=Type=exec --setenv=VPS_DEPLOY_GIT_PROTOCOLS=file'
  await box.must(`systemd-run --quiet --unit=another-worker ${settings} vps-deploy-worker`)
  const ended = await ends(box, first, second)
  const [one, other] = await Promise.all(ended.runs.map((run) => hostEvents(box, run.outputs['deploy-id'])))
  return { ...ended, host: await hostState(box), one, other }
}

/** Three steps; the last one's system may be one that is rolled back. */
async function three(activation: string) {
  const { box, first } = await busy()
  const middle = await queued(box, await box.commit({ packages: ['middle-1'], build: 'touch /run/built' }))
  const last = await queued(box, await box.commit({ packages: ['last-1'], activation }))
  const ended = await ends(box, first, middle, last)
  const built = (await box.run('test -e /run/built')).code === 0
  return { ...ended, host: await hostState(box), built }
}

/** What contains the middle one's commit, or comes after it, and is still no reason to leave it out. */
async function notSuperseded() {
  const { box, first } = await busy()
  const older = await box.must('git -C /srv/repo.git rev-parse main~1')
  const middle = await queued(box, await box.commit({ packages: ['middle-1'] }))
  const off = await box.commit({ packages: ['off-1'] }, { branch: 'feature' })
  const later = await box.commit({ packages: ['later-1'] })
  const requests = [
    `deploy off-branch ${off} switch 0 200`,
    `deploy rewinding ${older} switch 0 200`,
    `deploy unknown-commit ${'0123456789'.repeat(4)} switch 0 200`,
    `deploy out-of-time ${later} switch 0 0`,
    `deploy only-planned ${later} dry-activate 0 200`,
    `deploy only-tested ${later} test 0 200`,
    `deploy only-booted ${later} boot 0 200`,
    `deploy aborted-1 ${later} switch 0 200`,
  ]
  const others = []
  for (const request of requests) others.push(await asked(box, request))
  expect(await askAnew(box, 'abort aborted-1')).toMatchObject({ code: 0 })
  const ended = await ends(box, first, middle)
  const results = await Promise.all(
    others.map(async ({ id, answer }) => {
      await answer
      return `${id} ${String((await resultOf(box, id))?.['status'])}`
    }),
  )
  return { ...ended, results, left: await leftovers(box) }
}

function begin<T>(story: () => Promise<T>): { readonly end: Promise<T> } {
  const end = story()
  // A story that fails does so in its own test.
  end.catch(() => undefined)
  return { end }
}

/** All at the same time, for they mostly wait. */
const beginAll = () => ({
  two: begin(two),
  good: begin(() => three(':')),
  bad: begin(() => three('exit 1')),
  notSuperseded: begin(notSuperseded),
})

let begun: ReturnType<typeof beginAll>

beforeAll(() => {
  begun = beginAll()
})

test('of two deploys at once the second waits for the first, whoever starts another worker', async () => {
  const { ends, runs, host, one, other } = await begun.two.end
  const system = runs[1]?.outputs['system'] ?? ''
  expect(ends).toEqual([
    { ...green, status: 'deployed', host },
    { ...green, status: 'deployed', host },
  ])
  expect(host).toMatchObject({ running: system, profile: system, default: system })
  const begins = other?.find(({ type, state }) => type === 'phase' && state === 'start')?.['time']
  expect(Date.parse(String(begins))).toBeGreaterThanOrEqual(Date.parse(String(one?.at(-1)?.['time'])))
})

test('of three the middle one is left to the last, whose verdict its step takes over', async () => {
  const { ends, runs, host, built } = await begun.good.end
  const [, middle, last] = runs
  expect(ends.map(({ status }) => status)).toEqual(['deployed', 'superseded', 'deployed'])
  expect(ends).toMatchObject([green, green, green])
  expect(middle?.outputs['system']).toBe(last?.outputs['system'])
  expect(middle?.log).toContain(last?.outputs['deploy-id'])
  expect({ running: host.running, built }).toEqual({ running: last?.outputs['system'], built: false })
})

test('a step whose deploy was left to a later one is as red as that one', async () => {
  const { ends, runs, host } = await begun.bad.end
  expect(ends.map(({ code, status }) => `${String(code)} ${String(status)}`)).toEqual([
    '0 deployed',
    '1 rolled-back',
    '1 rolled-back',
  ])
  // On the host the middle one itself ended well: it changed nothing.
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 80])
  expect(host.running).toBe(runs[0]?.outputs['system'])
})

test('no deploy is left to a later one that is refused, of another mode, too late or aborted', async () => {
  const { ends, results, left } = await begun.notSuperseded.end
  expect(ends).toMatchObject([
    { code: 0, status: 'deployed' },
    { code: 0, status: 'deployed' },
  ])
  expect(results).toEqual([
    'off-branch refused',
    'rewinding refused',
    'unknown-commit refused',
    'out-of-time failed',
    'only-planned planned',
    'only-tested deployed',
    'only-booted scheduled',
    'aborted-1 aborted',
  ])
  expect(left).toBe('')
})
