import { backoffMs, type BackoffBounds } from '../shared/backoff.ts'
import type { ConnectError } from '../shared/errors.ts'
import type { Random } from '../shared/ports.ts'

/** Who waits for the link to come back loses nothing but packets, and nobody counts them. */
const PAUSES_WHEN_UNNOTICED = { baseMs: 500, capMs: 1_000 }
const PAUSES = { baseMs: 1_000, capMs: 15_000 }
/** sshd and fail2ban lock out who is refused too often. */
const PAUSES_WHEN_REFUSED = { baseMs: 10_000, capMs: 60_000 }

/** For a TCP connection of somebody who tries again at once. */
export const REACH_MS = 4_000

type Failure = Pick<ConnectError, 'kind' | 'isUnnoticed'>

/** How long to wait before connecting again: each kind of failure is counted on its own. */
export class Pauses {
  readonly #random: Random
  readonly #reached: BackoffBounds
  #bounds: BackoffBounds | undefined
  #attempts = 0

  /** `reached`: where a server noticed the attempt, and did not refuse us. */
  constructor(random: Random, reached: BackoffBounds = PAUSES) {
    this.#random = random
    this.#reached = reached
  }

  after(failure: Failure): number {
    const bounds = this.#boundsFor(failure)
    this.#attempts = bounds === this.#bounds ? this.#attempts + 1 : 1
    this.#bounds = bounds
    return backoffMs(this.#attempts, bounds, this.#random)
  }

  #boundsFor({ kind, isUnnoticed }: Failure): BackoffBounds {
    if (isUnnoticed) return PAUSES_WHEN_UNNOTICED
    return kind === 'unreachable' ? this.#reached : PAUSES_WHEN_REFUSED
  }
}
