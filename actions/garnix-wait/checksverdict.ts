/** What the checks of any CI say, check runs or commit statuses, named exactly. */
import { newestOf, type CheckRun } from './checkruns.ts'
import { together, type Part, type Verdict } from './civerdict.ts'

export interface ChecksView {
  readonly names: readonly string[]
  readonly runs: readonly CheckRun[]
  /** Of names that have no run. */
  readonly statuses: readonly CheckRun[]
  /** The only App whose runs count; `undefined` = any. */
  readonly appSlug: string | undefined
}

export function checksVerdict({ names, runs, statuses, appSlug }: ChecksView): Verdict {
  const wanted = appSlug === undefined ? runs : runs.filter(({ app }) => app === appSlug.toLowerCase())
  const parts = names.map((name) => {
    const mine = wanted.filter((run) => run.name === name)
    const known = mine.length > 0 ? mine : statuses.filter((status) => status.name === name)
    return [name, partOf(known)] as const
  })
  return together(new Map(parts))
}

/** The newest run of each App counts: a run again stands for the one before it, but not for another App's. */
function partOf(runs: readonly CheckRun[]): Part {
  const apps = [...new Set(runs.map(({ app }) => app))]
  const newest = apps
    .map((app) => newestOf(runs.filter((run) => run.app === app)))
    .filter((run) => run !== undefined)
  const failed = newest.find(({ state }) => state === 'failed')
  if (failed !== undefined) return { kind: 'failed', problem: { kind: 'check', run: failed } }
  if (newest.some(({ state }) => state === 'running')) return { kind: 'waiting', step: 'check' }
  const run = newestOf(newest)
  return run === undefined ? { kind: 'waiting', step: 'discovery' } : { kind: 'built', run }
}
