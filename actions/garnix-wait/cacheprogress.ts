/** What is said while a closure is waited for: only what has changed, and no list that never ends. */
import type { Log } from '../shared/ports.ts'
import { closureOf, type Closure, type Miss } from './closure.ts'
import { nameOf } from './storepath.ts'

/** So many names of missing paths are told. */
const NAMES = 3

export type TellProgress = (closure: Closure, misses: readonly Miss[]) => void

export function tellProgress(log: Log): TellProgress {
  let told = ''
  return (closure, misses) => {
    const words = wordsFor(closure, misses)
    if (words !== told) log.info(words)
    told = words
  }
}

function wordsFor(closure: Closure, misses: readonly Miss[]): string {
  const count = closureOf(closure).length
  const has = `The caches have ${count} ${count === 1 ? 'path' : 'paths'} of the closure`
  if (misses.length === 0) return `${has}: all that is needed.`
  const names = misses.slice(0, NAMES).map(({ path }) => nameOf(path))
  const rest = misses.length > NAMES ? ` and ${misses.length - NAMES} more` : ''
  return `${has}; not yet: ${names.join(', ')}${rest}.`
}
