/**
 * How often GitHub may be asked. All jobs of a repository share 1,000 requests an hour; an answer that nothing has
 * changed (304) is free, but the log in the check of a build changes every 15 seconds.
 */
import type { Clock } from '../shared/ports.ts'

export interface Purse {
  readonly clock: Clock
  /** How many checks are waited for. */
  readonly checks: number
  /** Requests so far that were not free. */
  readonly spent: () => number
}

const FIRST_MS = 5_000
const LONGEST_MS = 30_000
const GROWTH = 1.5
const HALF_HOUR_MS = 1_800_000
/** Together 54 requests in half an hour, and 14 for each further check: some are kept back for lists and comments. */
const AT_ONCE = { first: 8, further: 1 }
const PER_HALF_HOUR = { first: 46, further: 13 }

export class Pace {
  readonly #purse: Purse
  readonly #startMs: number
  readonly #spentBefore: number
  #pauseMs = FIRST_MS

  constructor(purse: Purse) {
    this.#purse = purse
    this.#startMs = purse.clock.now()
    this.#spentBefore = purse.spent()
  }

  /** Something has happened, and more may soon. */
  quicken(): void {
    this.#pauseMs = FIRST_MS
  }

  /** How long to wait before asking again, with so many requests: from 5 to 30 s, and as long as there is no money. */
  next(cost: number): number {
    const pauseMs = Math.max(this.#pauseMs, this.#poorMs(cost))
    this.#pauseMs = Math.min(this.#pauseMs * GROWTH, LONGEST_MS)
    return Math.round(pauseMs)
  }

  #poorMs(cost: number): number {
    const { clock, checks, spent } = this.#purse
    const further = checks - 1
    const perMs = (PER_HALF_HOUR.first + PER_HALF_HOUR.further * further) / HALF_HOUR_MS
    const earned = AT_ONCE.first + AT_ONCE.further * further + (clock.now() - this.#startMs) * perMs
    const left = earned - (spent() - this.#spentBefore)
    return (cost - left) / perMs
  }
}
