import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { bootBox } from '../box.ts'
import type { LoaderKind } from '../loader.ts'
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
    for (let seed = next(left, ground); seed !== undefined; seed = next(left, ground)) {
      const walked = await walkOne(seed, ground, logs)
      ground = walked.ground
      done(walked.outcome)
    }
    await ground?.box[Symbol.asyncDispose]()
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

const loaderOf = (seed: number): LoaderKind => planOf(seed).trial?.loader ?? 'simple'

/** If there is one for the same loader: its box is up. */
function next(left: number[], ground: Ground | undefined): number | undefined {
  const same = left.findIndex((seed) => loaderOf(seed) === ground?.loader)
  return left.splice(Math.max(same, 0), 1)[0]
}

async function walkOne(
  seed: number,
  on: Ground | undefined,
  logs: string | undefined,
): Promise<{ outcome: Outcome; ground: Ground | undefined }> {
  const ground = await groundFor(loaderOf(seed), on)
  const outcome = await walked(ground, planOf(seed))
  const isWell = outcome.problems.length === 0
  if (!isWell && logs !== undefined) await keep(logs, outcome, ground)
  if (isWell && isGood(outcome)) return { outcome, ground }
  await ground.box[Symbol.asyncDispose]()
  return { outcome, ground: undefined }
}

async function groundFor(loader: LoaderKind, on: Ground | undefined): Promise<Ground> {
  if (on?.loader === loader) return on
  await on?.box[Symbol.asyncDispose]()
  return prepare(await bootBox({ loader }), loader)
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
