// Deploys with random faults at random moments. Here always the same ones: a commit that has nothing to do with a
// failure must not be stopped by it. New ones are found by `npm run bench -- chaos`, which begins anywhere.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { walkAll } from './chaos/lanes.ts'
import { planOf, wordsOfPlan } from './chaos/plan.ts'
import type { Outcome } from './chaos/walk.ts'
import { tearDown } from './deploying.ts'

jest.setTimeout(300_000)

const first = 3001
/** Trial boots take longest, so they begin. */
const seeds = Array.from({ length: 20 }, (_, index) => first + index).sort((a, b) => (a % 3) - (b % 3))
const outcomes = new Map(seeds.map((seed) => [seed, Promise.withResolvers<Outcome>()]))

let walking: Promise<void>

beforeAll(() => {
  walking = walkAll(seeds, { lanes: 7, done: (outcome) => outcomes.get(outcome.plan.seed)?.resolve(outcome) })
  // Fails in the tests that wait for it.
  walking.catch((error: unknown) => {
    for (const { reject } of outcomes.values()) reject(error)
  })
})

afterAll(async () => {
  await walking
  await tearDown()
}, 300_000)

test.each(seeds.map((seed) => [seed, wordsOfPlan(planOf(seed))] as const))(
  'seed %i ends as promised: %s',
  async (seed) => {
    const outcome = await outcomes.get(seed)?.promise
    expect({ problems: outcome?.problems, log: outcome?.problems.length === 0 ? '' : outcome?.log }).toEqual({
      problems: [],
      log: '',
    })
  },
)
