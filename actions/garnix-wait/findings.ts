/** What a wait has found out, for outputs, summary and comment. */
import { parseInstant } from '../shared/instant.ts'
import type { CheckRun } from './checkruns.ts'
import { closureOf, missesOf, type Closure } from './closure.ts'
import { systemBuild } from './commit.ts'
import type { ClosureFacts, Comparisons, ConfigurationFacts, Facts } from './facts.ts'
import type { Target } from './targets.ts'
import type { Moments } from './timeline.ts'
import type { Wait } from './waiting.ts'

export function factsOf(wait: Wait, comparisons: Comparisons): Facts {
  const { inputs, warnings, world } = wait
  const { owner, repo } = world.repository
  return {
    sha: inputs.sha,
    commitsUrl: `${world.serverUrl}/${owner}/${repo}/commit/`,
    caches: inputs.caches.map(({ url }) => url),
    configurations: inputs.targets.map((target) => configurationFacts(wait, target, comparisons)),
    recorded: wait.recorded,
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

export function closureFacts(closure: Closure): ClosureFacts {
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
