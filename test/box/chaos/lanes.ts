import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { bootBox } from '../box.ts'
import { kindOf } from './kinds.ts'
import { planOf, wordsOfPlan } from './plan.ts'
import type { Plan } from './plan.ts'
import { prepare, walk } from './walk.ts'
import type { Ground, Outcome } from './walk.ts'

interface Walking {
  readonly lanes: number
  readonly done: (outcome: Outcome) => void
  /** Folder for what the box and the step said of a deploy that broke a promise. */
  readonly logs?: string
}

/** Walks all seeds, several boxes at the same time; a box is used again as long as nothing went wrong on it. */
export async function walkAll(seeds: readonly number[], { lanes, done, logs }: Walking): Promise<void> {
  const left = [...seeds]
  const lane = async (): Promise<void> => {
    let ground: Ground | undefined
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const { outcome, ground: next } = await walkOne(seed, ground, logs)
      ground = next
      done(outcome)
    }
    await ground?.box[Symbol.asyncDispose]()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

async function walkOne(
  seed: number,
  on: Ground | undefined,
  logs: string | undefined,
): Promise<{ outcome: Outcome; ground: Ground | undefined }> {
  const ground = on ?? (await prepare(await bootBox()))
  const outcome = await walked(ground, planOf(seed))
  const isWell = outcome.problems.length === 0
  if (!isWell && logs !== undefined) await keep(logs, outcome, ground)
  if (isWell && isGood(outcome)) return { outcome, ground }
  await ground.box[Symbol.asyncDispose]()
  return { outcome, ground: undefined }
}

async function walked(ground: Ground, plan: Plan): Promise<Outcome> {
  try {
    return await walk(ground, plan)
  } catch (error) {
    return { plan, status: 'none', struck: [], problems: [inspect(error)], log: '' }
  }
}

/** Whether another deploy can begin where this one ended. */
function isGood({ plan, struck }: Outcome): boolean {
  const isMounted = plan.faults.some(({ name }) => name === 'disk full')
  const isChanged = struck.some(({ name }) => name === 'profile changed by hand')
  return kindOf(plan.kind).needsBoot !== true && !isMounted && !isChanged
}

async function keep(folder: string, { plan, problems, log }: Outcome, { box }: Ground): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const text = [wordsOfPlan(plan), ...problems, log, await box.logs().catch(String)].join('\n\n')
  writeFileSync(join(folder, `${plan.seed}.log`), text)
}
