import { backoffMs } from '../shared/backoff.ts'
import { formatDuration } from '../shared/duration.ts'
import { ConnectError } from '../shared/errors.ts'
import type { Clock, Dial, Log, Random, Session } from '../shared/ports.ts'
import { LetGo } from './limits.ts'
import { Pauses, REACH_MS } from './pauses.ts'

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
/** A host that is there is never quiet for so long. */
const QUIET_MS = 5_000

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
  readonly #closing = new AbortController()
  readonly #ending: Promise<void>[] = []
  #session: Session | undefined
  #next: Promise<Session> | undefined
  #trouble: string | undefined

  constructor(world: ConnectWorld, timeoutMs: number, session: Session) {
    this.#world = world
    this.#timeoutMs = timeoutMs
    this.#session = session
  }

  /** The open connection, if there is one that somebody seems to hear. */
  get session(): Session | undefined {
    return this.#session === undefined || isQuiet(this.#session) ? undefined : this.#session
  }

  /** Why there is no connection; `undefined` while there is one. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /** The open connection, or a new one. Rejects only with the signal's reason. */
  async open(signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted()
    this.#session ??= await this.#connected(signal)
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

  /**
   * Watches a connection that is being listened to. When it falls silent a second one is made beside it, for the kernel
   * finds a link late that has come back; resolves once that one has taken its place. Rejects only with the signal's
   * reason.
   */
  async relieved(session: Session, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#world.clock.sleep(Math.max(QUIET_MS - session.quietMs(), 0) + 1, signal)
      if (!isQuiet(session)) continue
      const next = await this.#connected(signal)
      // Nobody is to hear any more from the one that is quiet; it may take a while to close.
      const old = isQuiet(session) ? session : next
      this.#ending.push(Promise.resolve(old[Symbol.asyncDispose]()))
      this.#trouble = undefined
      if (old === next) continue
      this.#session = next
      return
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new LetGo('ended'))
    await this.#session?.[Symbol.asyncDispose]()
    await this.#next?.then(
      (session) => session[Symbol.asyncDispose](),
      () => undefined,
    )
    await Promise.all(this.#ending)
  }

  /** Who stops waiting for a connection does not stop it from being made: the next one to ask gets it. */
  async #connected(signal: AbortSignal): Promise<Session> {
    this.#next ??= this.#reconnect()
    const session = await unlessAborted(this.#next, signal)
    this.#next = undefined
    return session
  }

  async #reconnect(): Promise<Session> {
    const { dial, clock, log, random } = this.#world
    const { signal } = this.#closing
    const pauses = new Pauses(random)
    for (;;) {
      try {
        const session = await dial({ timeoutMs: this.#timeoutMs, reachMs: REACH_MS, signal })
        log.info('Connected again.')
        return session
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error
        this.#sayOnce(error)
        await clock.sleep(pauses.after(error), signal)
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

function isQuiet(session: Session): boolean {
  return session.quietMs() > QUIET_MS
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const giveUp = (): void => {
    reject(signal.reason as Error)
  }
  signal.addEventListener('abort', giveUp)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
