/** What a wait has found out, for outputs, summary and comment. */
import { deadlineIn } from '../shared/deadline.ts'
import { parseInstant } from '../shared/instant.ts'
import { askersFor } from './asking.ts'
import type { CheckRun } from './checkruns.ts'
import { closureOf, missesOf, newClosure, type Closure } from './closure.ts'
import { systemBuild } from './commit.ts'
import { comparisonOf } from './comparison.ts'
import type { ClosureFacts, Comparison, ConfigurationFacts, Facts } from './facts.ts'
import type { StorePath } from './storepath.ts'
import type { Target } from './targets.ts'
import type { Moments } from './timeline.ts'
import type { Wait } from './waiting.ts'
import { walk } from './walk.ts'

/** To walk over a closure that may be gone: it is only for comparison. */
const COMPARE_MS = 60_000

export type Comparisons = ReadonlyMap<string, Comparison>

export function factsOf(wait: Wait, comparisons: Comparisons): Facts {
  const { inputs, warnings } = wait
  return {
    sha: inputs.sha,
    caches: inputs.caches.map(({ url }) => url),
    configurations: inputs.targets.map((target) => configurationFacts(wait, target, comparisons)),
    warnings,
  }
}

function configurationFacts(wait: Wait, target: Target, comparisons: Comparisons): ConfigurationFacts {
  const { name, storePath } = target
  const run = runFor(wait, name)
  const closure = wait.closureFor(name)
  return {
    name,
    storePath: wait.path(name) ?? storePath,
    buildUrl: run?.url,
    closure: closure && closureFacts(closure),
    comparison: comparisons.get(name),
    moments: momentsOf(wait, name, run),
  }
}

/** With other checks than those of Garnix, the only one is everybody's. */
function runFor(wait: Wait, name: string): CheckRun | undefined {
  const { inputs, lookout } = wait
  if (inputs.provider !== 'checks') return wait.runOf(name)
  const seen = lookout?.seen() ?? []
  return inputs.checkNames.length === 1
    ? seen.findLast((run) => run.name === inputs.checkNames[0])
    : undefined
}

function closureFacts(closure: Closure): ClosureFacts {
  return { found: closureOf(closure), missing: missesOf(closure) }
}

function momentsOf(wait: Wait, name: string, run: CheckRun | undefined): Moments {
  const { commit, completeMs, world } = wait
  const build = commit && systemBuild(commit.builds, name)
  return {
    queuedMs: run && parseInstant(run.startedAt),
    builtMs: build?.endTime === undefined ? undefined : parseInstant(build.endTime),
    greenMs: run?.state === 'succeeded' ? parseInstant(run.completedAt) : undefined,
    completeMs: completeMs === undefined ? undefined : world.epochMs + completeMs,
  }
}

/** With the closures of `compare-with`, which are walked once; nothing is waited for. */
export async function comparisonsOf(wait: Wait, signal: AbortSignal): Promise<Comparisons> {
  const comparisons = new Map<string, Comparison>()
  for (const { target, closure } of wait.closures) {
    const { name, compareWith } = target
    if (compareWith === undefined) continue
    const now = closureFacts(closure)
    const old = now.missing.length > 0 ? now : await oldClosure(wait, compareWith, signal)
    comparisons.set(name, comparisonOf(compareWith, { old, now }))
  }
  return comparisons
}

async function oldClosure(wait: Wait, root: StorePath, signal: AbortSignal): Promise<ClosureFacts> {
  const { inputs, world } = wait
  const closure = newClosure([root], new Map(wait.closure.found))
  const ms = Math.min(COMPARE_MS, wait.deadline.remainingMs())
  const askers = askersFor(inputs, { ...world, deadline: deadlineIn(world.clock, ms) })
  await walk(closure, askers, signal)
  return closureFacts(closure)
}
