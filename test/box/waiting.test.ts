// Scenarios that mostly wait, for deadlines or for a link: they all wait at the same time, each on a box of its own.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Box } from './box.ts'
import { bootBox } from './box.ts'
import { cutDeploy, deployed, rolledBack } from './cutting.ts'
import type { CutDeploy, Cutting } from './cutting.ts'
import { tearDown } from './deploying.ts'
import { makeHoldable } from './holding.ts'
import * as stories from './waiting.ts'

// The first test to wait for a story waits for the boots of those before it too.
jest.setTimeout(600_000)

const boxes: Box[] = []

type Scene = Awaited<ReturnType<typeof stories.scene>>

interface Begun<T> {
  readonly end: Promise<T>
}

/** Boots that have been begun; booting is what takes the machine's time, so there are few at once. */
const lanes = [Promise.resolve(), Promise.resolve(), Promise.resolve()]
let begun = 0

/** Begins a story as soon as its box is up; its test waits for its end, and hears of what went wrong. */
function begin<T, S extends { readonly box: Box }>(
  boot: () => Promise<S>,
  story: (scene: S) => Promise<T>,
): Begun<T> {
  const lane = begun++ % lanes.length
  const scene = (lanes[lane] ?? Promise.resolve()).then(boot)
  lanes[lane] = scene.then(nothing, nothing)
  const end = scene.then((up) => {
    boxes.push(up.box)
    return story(up)
  })
  end.catch(nothing)
  return { end }
}

const nothing = (): void => undefined
const tell = <T>(story: (scene: Scene) => Promise<T>): Begun<T> => begin(stories.scene, story)

function beginCut(cutting: Cutting): Begun<CutDeploy> {
  return begin(holdable, ({ box }) => cutDeploy(box, cutting))
}

async function holdable(): Promise<{ readonly box: Box }> {
  const box = await bootBox()
  await makeHoldable(box)
  return { box }
}

/** What takes longest is the first. */
function beginAll() {
  return {
    cutForEver: tell(stories.cutForEver),
    badCable: tell(stories.badCable),
    vanishedRunner: tell(stories.vanishedRunner),
    cuts: new Map(Object.entries({ ...rolledBack, ...deployed }).map(([name, cut]) => [name, beginCut(cut)])),
    withoutWorker: tell(stories.withoutWorker),
    halfOpen: tell(stories.halfOpen),
    canceledLate: tell(stories.canceledLate),
    withoutSshd: tell(stories.withoutSshd),
    behindAWall: tell(stories.behindAWall),
    withAnotherAddress: tell(stories.withAnotherAddress),
  }
}

let all: ReturnType<typeof beginAll>

beforeAll(() => {
  all = beginAll()
})

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
