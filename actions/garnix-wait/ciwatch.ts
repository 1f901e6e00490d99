import { deadlineIn } from '../shared/deadline.ts'
import { ActionError } from '../shared/errors.ts'
import { GitHubUnavailable, type Patience } from '../shared/github.ts'
import type { Clock, Log } from '../shared/ports.ts'
import { newestOf, type CheckRun } from './checkruns.ts'
import type { ChecksReader } from './checksreader.ts'
import type { Problem, Verdict, Waiting } from './civerdict.ts'
import { silenceWords, waitingWords } from './ciwords.ts'
import { EVALUATION } from './garnixverdict.ts'
import type { Lookout } from './lookout.ts'
import { Pace } from './pace.ts'
import { StallWatch } from './stall.ts'

export interface CiLimits {
  readonly discoveryMs: number
  readonly stallMs: number
}

export interface CiWorld {
  readonly lookout: Lookout
  readonly reader: ChecksReader
  readonly clock: Clock
  readonly log: Log
  /** Requests so far that GitHub counts. */
  readonly spent: () => number
}

/** How waiting for the checks of a commit ended. */
export type CiEnd =
  /** By the name of the check, the run that succeeded. */
  | { readonly kind: 'built'; readonly runs: ReadonlyMap<string, CheckRun> }
  /** `existing`: what there is instead of checks that are not there. */
  | { readonly kind: 'failed'; readonly problems: readonly Problem[]; readonly existing: readonly CheckRun[] }
  /** The words say what it waited for, or why GitHub could not be asked. */
  | { readonly kind: 'timed-out'; readonly words: string }

/** The last look is so long before the end. */
const LAST_MS = 5_000

/** Waits until the checks have succeeded, cannot succeed any more, or time is up. Rejects with the signal's reason. */
export async function watchChecks(world: CiWorld, limits: CiLimits, patience: Patience): Promise<CiEnd> {
  try {
    const verdict = await settled(world, limits, patience)
    if (verdict.kind === 'built') return verdict
    if (verdict.kind === 'failed')
      return { ...verdict, existing: await existing(verdict.problems, world, patience) }
    return { kind: 'timed-out', words: waitingWords(verdict, world.lookout.seen()) }
  } catch (error) {
    patience.signal.throwIfAborted()
    if (!(error instanceof ActionError)) throw error
    if (error instanceof GitHubUnavailable) return { kind: 'timed-out', words: error.message }
    return { kind: 'failed', problems: [{ kind: 'refused', error }], existing: [] }
  }
}

/** The verdict that ends the wait, or the last one there was time for. */
async function settled(world: CiWorld, limits: CiLimits, patience: Patience): Promise<Verdict> {
  const { lookout, clock } = world
  let verdict = await lookout.look(patience)
  // From the first answer on: as long as GitHub says nothing, nothing is missing.
  const discovery = deadlineIn(clock, limits.discoveryMs)
  const pauseAfter = pausing(world, limits, verdict)
  while (verdict.kind === 'waiting') {
    const late = discovery.passed() ? undiscovered(verdict) : []
    if (late.length > 0) return { kind: 'failed', problems: [{ kind: 'undiscovered', names: late }] }
    const pauseMs = pauseAfter(verdict)
    const leftMs = patience.deadline.remainingMs() - LAST_MS
    if (leftMs <= 0) break
    await clock.sleep(Math.min(pauseMs, leftMs), patience.signal)
    verdict = await lookout.look(patience)
  }
  return verdict
}

/** Says what is waited for, whenever that changes, and for how long now. */
function pausing(
  { lookout, clock, log, spent }: CiWorld,
  { stallMs }: CiLimits,
  first: Verdict,
): (verdict: Waiting) => number {
  const checks = first.kind === 'waiting' ? first.steps.size : 0
  const pace = new Pace({ clock, checks, spent })
  const stalls = new StallWatch(stallMs)
  let said = ''
  return (verdict) => {
    const words = waitingWords(verdict, lookout.seen())
    if (words !== said) {
      log.info(words)
      pace.quicken()
      said = words
    }
    for (const run of stalls.silent(awaited(verdict, lookout.seen()), clock.now()))
      log.warning(silenceWords(run, stallMs))
    return pace.next(lookout.cost())
  }
}

/** The newest run of each name that is looked at again and again. */
function awaited({ steps }: Waiting, seen: readonly CheckRun[]): readonly CheckRun[] {
  const names = [...steps].map(([name, step]) => (step === 'evaluation' ? EVALUATION : name))
  return [...new Set(names)].flatMap((name) => newestOf(seen.filter((run) => run.name === name)) ?? [])
}

function undiscovered({ steps }: Waiting): readonly string[] {
  return [...steps].filter((entry) => entry[1] === 'discovery').map(([name]) => name)
}

/** What there is, for whoever misses something. It is no reason to wait any longer. */
async function existing(
  problems: readonly Problem[],
  { lookout, reader }: CiWorld,
  patience: Patience,
): Promise<readonly CheckRun[]> {
  if (!problems.some(({ kind }) => kind === 'absent' || kind === 'undiscovered')) return []
  try {
    return [...(await reader.all(patience)), ...lookout.seen().filter(({ app }) => app === '')]
  } catch (error) {
    patience.signal.throwIfAborted()
    if (!(error instanceof ActionError)) throw error
    return lookout.seen()
  }
}
