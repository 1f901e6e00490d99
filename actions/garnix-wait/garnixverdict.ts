/**
 * What Garnix's checks say. It creates `Evaluate flake.nix` first and the check of every build before that one succeeds;
 * `All Garnix checks` is never looked at: it is green when nothing was built, and some stay yellow for ever.
 * https://github.com/garnix-io/garnix-ci, backend/src/Garnix/Build/Flake.hs and MetaCheck.hs
 */
import { newestOf, type CheckRun } from './checkruns.ts'
import { together, type Part, type Verdict } from './civerdict.ts'

export const EVALUATION = 'Evaluate flake.nix'

/** The name of the check of a NixOS configuration. */
export function checkNameOf(configuration: string): string {
  return `nixosConfig ${configuration}`
}

export interface GarnixView {
  /** Names of the checks that are waited for. */
  readonly names: readonly string[]
  /** All runs of these names and of EVALUATION, of any App. */
  readonly runs: readonly CheckRun[]
  /** The App of the instance; `undefined` = whichever has such checks. */
  readonly appSlug: string | undefined
  /** The runs were read some time after the evaluation was seen to have succeeded. */
  readonly isConfirmed: boolean
}

/** GitHub's own Actions may have jobs of any name, and write checks with any link and text. */
export function mayBeGarnix({ app }: CheckRun, appSlug: string | undefined): boolean {
  return app !== 'github-actions' && (appSlug === undefined || app === appSlug.toLowerCase())
}

export function garnixVerdict({ names, runs, appSlug, isConfirmed }: GarnixView): Verdict {
  const ours = runs.filter((run) => mayBeGarnix(run, appSlug))
  const apps = [...new Set(ours.map(({ app }) => app))].sort()
  if (apps.length > 1) return { kind: 'failed', problems: [{ kind: 'ambiguous', apps }] }
  const evaluation = newestOf(ours.filter(({ name }) => name === EVALUATION))
  const parts = names.map((name) => {
    const builds = ours.filter((run) => run.name === name)
    return [name, partOf(builds, { name, evaluation, isConfirmed })] as const
  })
  return together(new Map(parts))
}

interface Evaluated {
  /** Of the check that depends on it. */
  readonly name: string
  readonly evaluation: CheckRun | undefined
  readonly isConfirmed: boolean
}

function partOf(builds: readonly CheckRun[], evaluated: Evaluated): Part {
  // What a commit builds to is the same in every run: that a newer one runs, or has failed, takes nothing away.
  const success = newestOf(builds.filter(({ state }) => state === 'succeeded'))
  if (success !== undefined) return { kind: 'built', run: success }
  const newest = newestOf(builds)
  if (newest === undefined) return withoutRun(evaluated)
  if (newest.state === 'running') return { kind: 'waiting', step: 'check' }
  return overtaken(newest, evaluated) ?? { kind: 'failed', problem: { kind: 'check', run: newest } }
}

function withoutRun({ name, evaluation, isConfirmed }: Evaluated): Part {
  if (evaluation === undefined) return { kind: 'waiting', step: 'discovery' }
  if (evaluation.state === 'running') return { kind: 'waiting', step: 'evaluation' }
  if (evaluation.state === 'failed')
    return { kind: 'failed', problem: { kind: 'evaluation', run: evaluation } }
  // The set of checks is final now; but GitHub may show a run some seconds late.
  if (!isConfirmed) return { kind: 'waiting', step: 'confirmation' }
  return { kind: 'failed', problem: { kind: 'absent', names: [name] } }
}

/** A failure from before the evaluation that runs now, or has just ended, is about to get a successor. */
function overtaken(failure: CheckRun, { evaluation, isConfirmed }: Evaluated): Part | undefined {
  if (evaluation === undefined || evaluation.id < failure.id) return undefined
  if (evaluation.state === 'running') return { kind: 'waiting', step: 'evaluation' }
  if (evaluation.state === 'failed' || isConfirmed) return undefined
  return { kind: 'waiting', step: 'confirmation' }
}
