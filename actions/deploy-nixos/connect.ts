import { backoffMs } from '../shared/backoff.ts'
import { formatDuration } from '../shared/duration.ts'
import { ConnectError } from '../shared/errors.ts'
import type { Clock, Dial, Log, Random, Session } from '../shared/ports.ts'

export interface ConnectWorld {
  readonly dial: Dial
  readonly clock: Clock
  readonly log: Log
  readonly random: Random
}

export interface ConnectLimits {
  readonly timeoutMs: number
  readonly attempts: number
}

const PAUSES = { baseMs: 1_000, capMs: 15_000 }
/** sshd and fail2ban lock out who is refused too often. */
const PAUSES_WHEN_REFUSED = { baseMs: 10_000, capMs: 60_000 }

/**
 * The first connection, and what `greet` makes of it. Only what may pass is tried again: a refused key, a wrong host
 * key or a `greet` that throws anything but an unreachable host is final.
 */
export async function connectFirst<T>(
  world: ConnectWorld,
  { limits, signal }: { limits: ConnectLimits; signal: AbortSignal },
  greet: (session: Session) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await greeted(await world.dial({ timeoutMs: limits.timeoutMs, signal }), greet)
    } catch (error) {
      if (!isPassing(error) || attempt >= limits.attempts) throw error
      const pauseMs = backoffMs(attempt, PAUSES, world.random)
      world.log.info(
        `${error.message} Attempt ${attempt} of ${limits.attempts}; the next one in ${formatDuration(pauseMs)}.`,
      )
      await world.clock.sleep(pauseMs, signal)
    }
  }
}

async function greeted<T>(session: Session, greet: (session: Session) => Promise<T>): Promise<T> {
  try {
    return await greet(session)
  } catch (error) {
    await session[Symbol.asyncDispose]()
    throw error
  }
}

function isPassing(error: unknown): error is ConnectError {
  return error instanceof ConnectError && error.kind === 'unreachable'
}

/**
 * The connection that a deploy is watched through: whenever it is lost it is made anew, without limit. Even a refusal
 * is not final here: a new system that broke its own access lets us in again once the host has rolled back.
 */
export class Link implements AsyncDisposable {
  readonly #world: ConnectWorld
  readonly #timeoutMs: number
  #session: Session | undefined
  #trouble: string | undefined

  constructor(world: ConnectWorld, timeoutMs: number, session: Session) {
    this.#world = world
    this.#timeoutMs = timeoutMs
    this.#session = session
  }

  /** The open connection, if there is one. */
  get session(): Session | undefined {
    return this.#session
  }

  /** Why there is no connection; `undefined` while there is one. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** The open connection, or a new one. Rejects only with the signal's reason. */
  async open(signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted()
    this.#session ??= await this.#reconnect(signal)
    this.#trouble = undefined
    return this.#session
  }

  /** Gives up the open connection. */
  async drop(trouble: string): Promise<void> {
    const session = this.#session
    this.#session = undefined
    this.#trouble = trouble
    await session?.[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session?.[Symbol.asyncDispose]()
  }

  async #reconnect(signal: AbortSignal): Promise<Session> {
    const { dial, clock, log, random } = this.#world
    for (let attempt = 1; ; attempt++) {
      try {
        const session = await dial({ timeoutMs: this.#timeoutMs, signal })
        log.info('Connected again.')
        return session
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error
        this.#sayOnce(error)
        const pauses = error.kind === 'unreachable' ? PAUSES : PAUSES_WHEN_REFUSED
        await clock.sleep(backoffMs(attempt, pauses, random), signal)
      }
    }
  }

  #sayOnce({ kind, message }: ConnectError): void {
    if (message === this.#trouble) return
    this.#trouble = message
    if (kind === 'unreachable') this.#world.log.info(`${message} Trying again …`)
    else this.#world.log.warning(`${message} Trying again, for a host that rolls back lets us in again.`)
  }
}
