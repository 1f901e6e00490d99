/** One walk over a closure: every path that is not found yet is asked for once. */
import { ActionError } from '../shared/errors.ts'
import type { Closure, PathFacts, Reason } from './closure.ts'
import type { StorePath } from './storepath.ts'

export interface Question {
  /** The place of the cache among the others. */
  readonly cache: number
  readonly path: StorePath
  /** It was asked for in an earlier walk, in vain. */
  readonly isAgain: boolean
}

/** `doubt` checks whether the facts may be believed: resolves to why not, `undefined` if they may. */
export type Answer =
  | { readonly facts: PathFacts; readonly doubt: () => Promise<Reason | undefined> }
  | { readonly reason: Reason }

/** Asks one cache for one path. Rejects only with the signal's reason, or because of a bug. */
type Ask = (question: Question, signal: AbortSignal) => Promise<Answer>

export interface Asking {
  readonly ask: Ask
  /** How many caches there are; at least one. */
  readonly caches: number
}

/** Some 20 times as many as a large desktop has; a cache that invents paths could go on for ever. */
export const MAX_PATHS = 100_000

/** So many paths are asked for at a time: enough to keep 100 connections busy, and few enough to be small in memory. */
const MAX_ASKED = 200

/**
 * Walks on as soon as any cache has a path, so that a slow one holds nothing up; which of several gave it is decided
 * by their order, as far as they have answered by the end. Rejects with the signal's reason, or with an `ActionError`
 * for a closure of more than MAX_PATHS.
 */
export async function walk(closure: Closure, asking: Asking, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const over = new AbortController()
  try {
    await new Walk(closure, asking, AbortSignal.any([signal, over.signal])).done
  } finally {
    over.abort(new Error('The walk is over.'))
  }
}

class Walk {
  readonly done: Promise<unknown>
  readonly #closure: Closure
  readonly #asking: Asking
  readonly #signal: AbortSignal
  readonly #missedBefore: ReadonlySet<StorePath>
  /** Each path that was reached, once: thousands of others refer to some, each in a text of its own. */
  readonly #seen = new Map<StorePath, StorePath>()
  readonly #end: PromiseWithResolvers<unknown>
  /** Reached, and not yet asked for; in the order in which they were reached. */
  readonly #waiting = new Set<StorePath>()
  /** How many are asked for, and neither found nor missed. */
  #asked = 0

  constructor(closure: Closure, asking: Asking, signal: AbortSignal) {
    this.#closure = closure
    this.#asking = asking
    this.#signal = signal
    this.#missedBefore = new Set(closure.missing.keys())
    closure.missing.clear()
    this.#end = Promise.withResolvers()
    this.done = this.#end.promise
    signal.addEventListener('abort', () => {
      this.#end.reject(signal.reason)
    })
    this.#reach(closure.roots)
    this.#goOn()
  }

  /** What is found already is passed through without asking. */
  #reach(paths: readonly StorePath[]): void {
    const reached = [...paths]
    for (let path = reached.pop(); path !== undefined; path = reached.pop()) {
      if (this.#seen.has(path)) continue
      if (this.#seen.size === MAX_PATHS) {
        this.#end.reject(tooMany(this.#closure.roots))
        return
      }
      this.#seen.set(path, path)
      const facts = this.#closure.found.get(path)
      if (facts === undefined) this.#waiting.add(path)
      else for (const reference of facts.references) reached.push(reference)
    }
  }

  #goOn(): void {
    for (const path of this.#waiting) {
      if (this.#asked >= MAX_ASKED) break
      this.#waiting.delete(path)
      this.#askAll(path)
    }
    if (this.#asked === 0) this.#end.resolve(undefined)
  }

  #askAll(path: StorePath): void {
    this.#asked += 1
    this.#reasonsFor(path).then(
      (reasons) => {
        this.#settle(path, reasons)
      },
      (error: unknown) => {
        this.#end.reject(error)
      },
    )
  }

  /** From all caches at once, which is soonest; one after the other where so many wait that it is not. */
  async #reasonsFor(path: StorePath): Promise<readonly (Reason | undefined)[]> {
    const isAgain = this.#missedBefore.has(path)
    const caches = Array.from({ length: this.#asking.caches }, (_, cache) => cache)
    const ask = (cache: number) => this.#askOne({ cache, path, isAgain })
    if (this.#waiting.size < MAX_ASKED) return Promise.all(caches.map(ask))
    const reasons: (Reason | undefined)[] = []
    for (const cache of caches) {
      reasons.push(await ask(cache))
      if (this.#closure.found.has(path)) break
    }
    return reasons
  }

  /** Resolves to why that cache does not give it. */
  async #askOne(question: Question): Promise<Reason | undefined> {
    const answer = await this.#asking.ask(question, this.#signal)
    if ('reason' in answer) return answer.reason
    const { facts, doubt } = answer
    const earlier = this.#closure.found.get(facts.path)
    if (this.#signal.aborted || (earlier !== undefined && earlier.cache < facts.cache)) return undefined
    // What it refers to is on its way already while its signature is checked.
    this.#reach(facts.references)
    this.#goOn()
    const references = facts.references.map((path) => this.#seen.get(path) ?? path)
    const reason = await doubt()
    if (reason === undefined) this.#found({ ...facts, references })
    return reason
  }

  #found(facts: PathFacts): void {
    const { found } = this.#closure
    const earlier = found.get(facts.path)
    if (this.#signal.aborted || (earlier !== undefined && earlier.cache < facts.cache)) return
    found.set(facts.path, facts)
    if (earlier !== undefined) return
    this.#asked -= 1
    this.#goOn()
  }

  #settle(path: StorePath, reasons: readonly (Reason | undefined)[]): void {
    if (this.#signal.aborted || this.#closure.found.has(path)) return
    this.#closure.missing.set(
      path,
      reasons.filter((reason) => reason !== undefined),
    )
    this.#asked -= 1
    this.#goOn()
  }
}

function tooMany(roots: readonly StorePath[]): ActionError {
  return new ActionError(
    `the closure of ${roots.join(', ')} has more than ${MAX_PATHS} paths: no system has; one of the caches leads astray`,
  )
}
