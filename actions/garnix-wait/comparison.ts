import { closureDiffOf, rebuiltIn } from './closurediff.ts'
import type { Baseline, ClosureFacts, Comparison } from './facts.ts'
import { rebootOf } from './reboot.ts'
import { sizesOf } from './sizes.ts'
import type { StorePath } from './storepath.ts'

export interface Compared {
  readonly root: StorePath
  readonly old: ClosureFacts
  readonly now: ClosureFacts
}

/** A difference is only shown between closures that are known whole: else what is unknown would look removed. */
export function comparisonOf(baseline: Baseline, { root, old, now }: Compared): Comparison {
  if (now.missing.length > 0) return { with: baseline, why: INCOMPLETE }
  if (old.missing.length > 0)
    return { with: baseline, why: `${countOf(old.missing.length)} of it cannot be fetched` }
  const before = new Set(old.found.map(({ path }) => path))
  const diff = closureDiffOf(old.found, now.found)
  return {
    ...{ with: baseline, diff, rebuilt: rebuiltIn(old.found, now.found, diff) },
    fresh: sizesOf(now.found.filter(({ path }) => !before.has(path))),
    reboot: rebootOf({ root: baseline.path, ...old }, { root, ...now }),
  }
}

export const INCOMPLETE = 'the new closure is not complete'

function countOf(paths: number): string {
  return paths === 1 ? 'a path' : `${paths} paths`
}
