import { fitList, type Fit } from '../shared/fit.ts'
import type { Change, FlakeUpdate, HistoryOf, LockedInput } from './facts.ts'
import { compareUrl } from './links.ts'
import { revisionOf } from './reference.ts'
import { risksOf } from './risks.ts'

/** For other steps: what changes in the locks. What nobody knows is null. */
export function changesJson(updates: readonly FlakeUpdate[], historyOf: HistoryOf, serverUrl: string): Fit {
  const entries = updates.flatMap(({ flake, changes }) =>
    changes.map((change) => ({ flake, ...factsOf(change, serverUrl), ...historyFacts(change, historyOf) })),
  )
  return fitList(entries)
}

function factsOf({ path, kind, from, to }: Change, serverUrl: string) {
  const url = from?.locked && to?.locked && compareUrl(from.locked, to.locked, serverUrl)
  return { path, kind, from: revisionIn(from), to: revisionIn(to), url: url ?? null }
}

function historyFacts(change: Change, historyOf: HistoryOf) {
  const history = historyOf(change)
  const commits = history !== undefined && 'total' in history ? history.total : undefined
  return { commits: commits ?? null, risks: risksOf(change, history) }
}

function revisionIn(input: LockedInput | undefined): string | null {
  return (input?.locked && revisionOf(input.locked)) ?? null
}
