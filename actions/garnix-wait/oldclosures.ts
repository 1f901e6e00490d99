import { newClosure, type Closure } from './closure.ts'
import type { StorePath } from './storepath.ts'
import { walk, type Asking } from './walk.ts'

/**
 * Other closures in one walk: a path of several is asked for once, and one that is `found` already, as most of them are,
 * never. Rejects with the signal's reason, or with an `ActionError`.
 */
export async function oldClosures(
  roots: readonly StorePath[],
  { found, asking }: { readonly found: Closure['found']; readonly asking: Asking },
  signal: AbortSignal,
): Promise<Closure> {
  const closure = newClosure(roots, new Map(found))
  if (roots.length > 0) await walk(closure, asking, signal)
  return closure
}
