// Scenarios that mostly wait, for deadlines or for a link: they all wait at the same time, each on a box of its own.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Box } from './box.ts'
import { bootBox } from './box.ts'
import { cutDeploy, deployed, rolledBack } from './cutting.ts'
import type { CutDeploy, Cutting } from './cutting.ts'
import { tearDown } from './deploying.ts'
import { makeHoldable } from './holding.ts'
import * as stories from './waiting.ts'

jest.setTimeout(400_000)

const boxes: Box[] = []

type Scene = Awaited<ReturnType<typeof stories.scene>>

/** Begins a story now; its test waits for its end. */
async function begin<T>(story: (scene: Scene) => Promise<T>): Promise<{ readonly end: Promise<T> }> {
  const scene = await stories.scene()
  boxes.push(scene.box)
  return begun(story(scene))
}

async function beginCut(cutting: Cutting): Promise<{ readonly end: Promise<CutDeploy> }> {
  const box = await bootBox()
  boxes.push(box)
  await makeHoldable(box)
  return begun(cutDeploy(box, cutting))
}

function begun<T>(end: Promise<T>): { readonly end: Promise<T> } {
  // A story that fails does so in its own test.
  end.catch(() => undefined)
  return { end }
}

/** One after the other, as booting is what takes the machine's time; what takes longest is the first. */
async function beginAll() {
  return {
    cutForEver: await begin(stories.cutForEver),
    badCable: await begin(stories.badCable),
    vanishedRunner: await begin(stories.vanishedRunner),
    cuts: await beginCuts(),
    withoutWorker: await begin(stories.withoutWorker),
    halfOpen: await begin(stories.halfOpen),
    canceledLate: await begin(stories.canceledLate),
    withoutSshd: await begin(stories.withoutSshd),
    behindAWall: await begin(stories.behindAWall),
    withAnotherAddress: await begin(stories.withAnotherAddress),
  }
}

async function beginCuts(): Promise<ReadonlyMap<string, { readonly end: Promise<CutDeploy> }>> {
  const cuts = new Map<string, { readonly end: Promise<CutDeploy> }>()
  for (const [name, cutting] of Object.entries({ ...rolledBack, ...deployed }))
    cuts.set(name, await beginCut(cutting))
  return cuts
}

let all: Awaited<ReturnType<typeof beginAll>>

beforeAll(async () => {
  all = await beginAll()
}, 400_000)

afterAll(() => tearDown(...boxes))

/** What the host is after a good deploy. */
const onTheNew = ({ before, run, end }: Pick<CutDeploy, 'before' | 'run' | 'end'>) => {
  const system = run.outputs['system'] ?? ''
  const { generation } = end.host
  return { ...before, running: system, profile: system, default: system, generation }
}

test.each(Object.keys(deployed))('a link that is down for %s: deployed, every event once', async (name) => {
  const cut = await all.cuts.get(name)?.end
  if (cut === undefined) throw new Error('not begun')
  const { end, shown, written, times } = cut
  expect(end).toEqual({ code: 0, status: 'deployed', exitCode: 0, host: onTheNew(cut), leftovers: '' })
  expect(shown).toEqual(written)
  expect(times).toEqual({ accepted: 1, closure: 1, units: 1, awaiting: 1 })
})

test.each(Object.keys(rolledBack))(
  'a link that is down for %s: rolled back, every event once',
  async (name) => {
    const cut = await all.cuts.get(name)?.end
    if (cut === undefined) throw new Error('not begun')
    const { before, end, shown, written, times } = cut
    expect(end).toEqual({ code: 1, status: 'rolled-back', exitCode: 81, host: before, leftovers: '' })
    expect(shown).toEqual(written)
    expect(times).toMatchObject({ accepted: 1, closure: 1, units: 1 })
  },
)

test('a cable that loses 30 % and takes half a second costs time only', async () => {
  const story = await all.badCable.end
  const { end, shown, written } = story
  expect(end).toEqual({ code: 0, status: 'deployed', exitCode: 0, host: onTheNew(story), leftovers: '' })
  expect(shown).toEqual(written)
})

test('a connection that is forgotten on the way is replaced while the build goes on', async () => {
  const story = await all.halfOpen.end
  const { end, shown, written } = story
  expect(end).toEqual({ code: 0, status: 'deployed', exitCode: 0, host: onTheNew(story), leftovers: '' })
  expect(shown).toEqual(written)
})

test('of a runner that vanished nothing stays on the host, whose deploy goes on', async () => {
  const { before, atOnce, answer, after, left } = await all.vanishedRunner.end
  expect(Number(atOnce)).toBeGreaterThan(0)
  expect(answer).toMatchObject({ code: 81, stdout: expect.stringMatching(/"status":"rolled-back"/) })
  expect({ after, left }).toEqual({ after: before, left: '' })
})

test('a system that takes sshd away is rolled back: nobody could confirm it', async () => {
  const { before, end, sshd } = await all.withoutSshd.end
  expect(end).toEqual({ code: 1, status: 'rolled-back', exitCode: 81, host: before, leftovers: '' })
  expect(sshd).toBe('active')
})

test.each(['behindAWall', 'withAnotherAddress'] as const)(
  'a system that cannot be reached any more is rolled back: %s',
  async (name) => {
    const { before, run, end } = await all[name].end
    expect(end).toEqual({ code: 1, status: 'rolled-back', exitCode: 81, host: before, leftovers: '' })
    expect(run.log).toMatch(/It was not confirmed in time/)
  },
)

test('a run that is canceled after the activation lets go at once, says so, and the host decides alone', async () => {
  const { before, run, tookMs, end } = await all.canceledLate.end
  expect(tookMs).toBeLessThan(7_500)
  expect(run.log).toMatch(/^::error::The run was canceled/m)
  expect(end).toEqual({ code: 1, status: 'unreachable', exitCode: 81, host: before, leftovers: '' })
})

test('a worker that is killed and never started again is rolled back by the timer, at the deadline', async () => {
  const { before, answer, waitedMs, units, after, left } = await all.withoutWorker.end
  expect(answer.code).toBe(81)
  expect(answer.stdout).toMatch(/"type":"result".*"status":"rolled-back"/)
  expect(waitedMs).toBeGreaterThan(50_000)
  expect({ after, units, left }).toEqual({ after: before, units: 'active\ninactive\n', left: '' })
})

test('a link that never comes back: the host is back on its old system by itself', async () => {
  const { before, end } = await all.cutForEver.end
  expect(end).toMatchObject({ exitCode: 81, host: before, leftovers: '' })
})

test('a link that never comes back: the step ends red within its timeout, and says what the host does', async () => {
  const { run } = await all.cutForEver.end
  expect(run).toMatchObject({ code: 1, outputs: { status: 'unreachable' } })
  expect(run.durationMs).toBeLessThan(210_000)
  expect(run.log).toMatch(/rolls back by itself/)
})
