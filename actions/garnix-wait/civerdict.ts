/** What check runs say about a commit, as whoever waits for them wants to know it. */
import type { ActionError } from '../shared/errors.ts'
import type { CheckRun } from './checkruns.ts'

/**
 * Why it will not become green:
 * - `evaluation`: Garnix could not evaluate the flake
 * - `check`: a run, or status, ended without success
 * - `absent`: Garnix has evaluated the flake and makes no such check
 * - `undiscovered`: nothing came in time
 * - `ambiguous`: more than one App has such checks
 * - `refused`: GitHub does not show them
 */
export type Problem =
  | { readonly kind: 'evaluation'; readonly run: CheckRun }
  | { readonly kind: 'check'; readonly run: CheckRun }
  | { readonly kind: 'absent' | 'undiscovered'; readonly names: readonly string[] }
  | { readonly kind: 'ambiguous'; readonly apps: readonly string[] }
  | { readonly kind: 'refused'; readonly error: ActionError }

/**
 * `discovery`: nothing is there yet; `evaluation`: its own check cannot be there yet; `confirmation`: it should be
 * there, unless GitHub is slow to show it; `check`: it runs.
 */
export type Step = 'discovery' | 'evaluation' | 'confirmation' | 'check'

export interface Waiting {
  readonly kind: 'waiting'
  /** By the name of the check that is waited for. */
  readonly steps: ReadonlyMap<string, Step>
}

export type Verdict =
  | Waiting
  /** By the name of the check, the run that succeeded. */
  | { readonly kind: 'built'; readonly runs: ReadonlyMap<string, CheckRun> }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

/** What is known about one of several checks. */
export type Part =
  | { readonly kind: 'waiting'; readonly step: Step }
  | { readonly kind: 'built'; readonly run: CheckRun }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** One that has failed is enough; all must have succeeded. */
export function together(parts: ReadonlyMap<string, Part>): Verdict {
  const problems: Problem[] = []
  const steps = new Map<string, Step>()
  const runs = new Map<string, CheckRun>()
  for (const [name, part] of parts)
    if (part.kind === 'failed') problems.push(part.problem)
    else if (part.kind === 'waiting') steps.set(name, part.step)
    else runs.set(name, part.run)
  if (problems.length > 0) return { kind: 'failed', problems: merged(problems) }
  return steps.size > 0 ? { kind: 'waiting', steps } : { kind: 'built', runs }
}

/** One evaluation fails for all, and what is missing is said once. */
function merged(problems: readonly Problem[]): readonly Problem[] {
  const absent = problems.flatMap((problem) => (problem.kind === 'absent' ? problem.names : []))
  const evaluation = problems.find(({ kind }) => kind === 'evaluation')
  const others = problems.filter(({ kind }) => kind !== 'absent' && kind !== 'evaluation')
  return [
    ...(evaluation === undefined ? [] : [evaluation]),
    ...others,
    ...(absent.length === 0 ? [] : [{ kind: 'absent' as const, names: absent }]),
  ]
}
