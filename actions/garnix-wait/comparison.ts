import { closureDiffOf } from './closurediff.ts'
import type { ClosureFacts, Comparison } from './facts.ts'
import type { StorePath } from './storepath.ts'

export interface Compared {
  readonly old: ClosureFacts
  readonly now: ClosureFacts
}

/** A difference is only shown between closures that are known whole: else what is unknown would look removed. */
export function comparisonOf(other: StorePath, { old, now }: Compared): Comparison {
  if (now.missing.length > 0) return { with: other, why: 'the new closure is not complete' }
  if (old.missing.length > 0)
    return { with: other, why: `${countOf(old.missing.length)} of it cannot be fetched` }
  return { with: other, diff: closureDiffOf(old.found, now.found) }
}

function countOf(paths: number): string {
  return paths === 1 ? 'a path' : `${paths} paths`
}
