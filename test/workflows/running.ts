/** Which jobs of a workflow GitHub starts, by their conditions: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions */
import { type Contexts, isMet } from '../support/expressions.ts'
import { needsOf, type Job, type Workflow } from './workflows.ts'

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped'

export interface Situation {
  /** How a job ends if it is started; `success` if it is not named. */
  readonly ends: Readonly<Record<string, Result>>
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly contexts: Contexts
  /** Somebody cancels the run while this job is under way. */
  readonly canceledDuring?: string
}

/** The result of every job, in the order of the file, in which each comes after those it needs. */
export function resultsOf({ jobs }: Workflow, situation: Situation): Readonly<Record<string, Result>> {
  const results: Record<string, Result> = {}
  for (const [name, job] of Object.entries(jobs)) {
    const isCanceled = situation.canceledDuring !== undefined && situation.canceledDuring in results
    const isStarted = starts(job, { results, jobs, isCanceled }, situation)
    results[name] = isStarted ? (situation.ends[name] ?? 'success') : 'skipped'
    if (isStarted && situation.canceledDuring === name) results[name] = 'cancelled'
  }
  return results
}

export interface Past {
  readonly results: Readonly<Record<string, Result>>
  readonly jobs: Workflow['jobs']
  readonly isCanceled: boolean
}

/** Whether GitHub starts a job once all that it needs has ended. */
export function starts(
  job: Job,
  { results, jobs, isCanceled }: Past,
  { outputs, contexts }: Situation,
): boolean {
  const direct = needsOf(job)
  const ancestors = [...ancestorsOf(direct, jobs)]
  const needs = Object.fromEntries(
    direct.map((name) => [name, { result: results[name], outputs: outputs[name] ?? {} }]),
  )
  const status = {
    // Of all before it: whatever needs a skipped job is skipped, as is what needs that. https://github.com/actions/runner/issues/491
    success: !isCanceled && ancestors.every((name) => results[name] === 'success'),
    failure: ancestors.some((name) => results[name] === 'failure'),
    cancelled: isCanceled,
    always: true,
  }
  return isMet(job.if, { ...contexts, needs }, status)
}

function ancestorsOf(names: readonly string[], jobs: Workflow['jobs']): Set<string> {
  const further = names.flatMap((name) => [...ancestorsOf(needsOf(jobs[name] ?? {}), jobs)])
  return new Set([...names, ...further])
}
