/** How caches are asked: what they say is checked, and one that does not answer is left in peace for a while. */
import type { Deadline } from '../shared/deadline.ts'
import { formatDuration } from '../shared/duration.ts'
import type { Clock, Fetch } from '../shared/ports.ts'
import { Turns } from '../shared/turns.ts'
import { ANSWER_MS, askForNarInfo, type Heard, type Refusal } from './cacheanswer.ts'
import type { Cache } from './caches.ts'
import type { PathFacts, Reason } from './closure.ts'
import type { NarInfo } from './narinfo.ts'
import { whyUntrusted } from './signature.ts'
import type { StorePath } from './storepath.ts'
import type { TrustedKey } from './trustedkey.ts'
import type { Answer, Asking, Question } from './walk.ts'

export interface Rules {
  /** In the order in which they are asked; at least one. */
  readonly caches: readonly Cache[]
  readonly requireSignatures: boolean
}

export interface AskWorld {
  readonly fetch: Fetch
  readonly clock: Clock
  /** Nothing is asked after it. */
  readonly deadline: Deadline
}

const MAX_CONNECTIONS = 100

/** Failures in a row, without one answer between them, after which a cache is not asked again in the same walk. */
const MAX_FAILURES = 5

/** Lasts for several walks; each begins with `fresh`. */
export interface Askers extends Asking {
  /** Caches that were given up are asked again, but for one that asked for a rest that is not over. */
  fresh(): void
}

export function askersFor({ caches, requireSignatures }: Rules, world: AskWorld): Askers {
  const keys = requireSignatures ? caches.flatMap((cache) => cache.keys) : undefined
  const lines = caches.map((cache) => new Line(cache, keys, world))
  return {
    caches: lines.length,
    ask: (question, signal) => lineOf(lines, question).ask(question, signal),
    fresh: () => {
      for (const line of lines) line.fresh()
    },
  }
}

function lineOf(lines: readonly Line[], { cache }: Question): Line {
  const line = lines[cache]
  if (line === undefined) throw new Error(`There is no cache ${cache}.`)
  return line
}

const TIME_IS_UP: Refusal = { kind: 'unreachable', words: 'the time was up before it was asked' }

/** The line to one cache. */
class Line {
  readonly #cache: Cache
  /** `undefined` = signatures do not matter. */
  readonly #keys: readonly TrustedKey[] | undefined
  readonly #world: AskWorld
  readonly #turns = new Turns(MAX_CONNECTIONS)
  #failures = 0
  #restUntilMs = 0
  /** Why it is not asked. */
  #closed: Refusal | undefined

  constructor(cache: Cache, keys: readonly TrustedKey[] | undefined, world: AskWorld) {
    this.#cache = cache
    this.#keys = keys
    this.#world = world
  }

  fresh(): void {
    if (this.#world.clock.now() < this.#restUntilMs) return
    this.#failures = 0
    this.#closed = undefined
  }

  async ask({ cache, path, isAgain }: Question, signal: AbortSignal): Promise<Answer> {
    const heard = await this.#turns.take(() => this.#hear(path, isAgain, signal))
    if ('refusal' in heard) return { reason: this.#reasonOf(heard.refusal) }
    return { facts: factsOf(heard.info, cache), doubt: () => this.#doubt(heard.info) }
  }

  async #doubt(info: NarInfo): Promise<Reason | undefined> {
    const words = this.#keys === undefined ? undefined : await whyUntrusted(info, this.#keys)
    return words === undefined ? undefined : this.#reasonOf({ kind: 'untrusted', words })
  }

  async #hear(path: StorePath, isAgain: boolean, signal: AbortSignal): Promise<Heard> {
    const { fetch, deadline } = this.#world
    if (deadline.passed()) return { refusal: TIME_IS_UP }
    // While this question waited for its turn, others may have shown that it is in vain.
    if (this.#closed !== undefined) return { refusal: this.#closed }
    signal.throwIfAborted()
    const timeoutMs = Math.min(ANSWER_MS, deadline.remainingMs())
    const heard = await askForNarInfo({ cache: this.#cache, path, isAgain, timeoutMs }, fetch, signal)
    if ('refusal' in heard) this.#note(heard.refusal)
    else this.#failures = 0
    return heard
  }

  #note(refusal: Refusal): void {
    const { kind, words, retryAfterMs } = refusal
    this.#failures = kind === 'unreachable' ? this.#failures + 1 : 0
    if (kind === 'denied' || refusal.isFinal === true || this.#failures >= MAX_FAILURES)
      this.#closed ??= refusal
    if (retryAfterMs === undefined || retryAfterMs === 0) return
    this.#restUntilMs = Math.max(this.#restUntilMs, this.#world.clock.now() + retryAfterMs)
    this.#closed = { kind, words: `${words}, and wants a rest of ${formatDuration(retryAfterMs)}` }
  }

  #reasonOf({ kind, words }: Refusal): Reason {
    return { cache: this.#cache.url, kind, words }
  }
}

function factsOf({ path, narSize, fileSize, references, ...info }: NarInfo, cache: number): PathFacts {
  // A piece of a text keeps all of it in memory, and there are thousands of narinfos: the hash is made anew.
  const narHash = Buffer.from(info.narHash).toString()
  return { path, narSize, narHash, fileSize, references, cache }
}
