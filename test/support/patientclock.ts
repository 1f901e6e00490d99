import type { Clock } from '../../actions/shared/ports.ts'

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Turns of the event loop without anything to do, after which everybody is taken to sleep. */
const QUIET_TURNS = 5

/** As `FakeClock`, for several who do things at once: time passes only while everybody sleeps and nobody works. */
export class PatientClock implements Clock {
  #nowMs = 0
  #sleepers: Sleeper[] = []
  #working = 0
  #moves = 0
  #isWatching = false

  now(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const sleeper = { at: this.#nowMs + Math.max(0, ms), wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal.reason as Error)
      })
      this.#move()
    })
  }

  /** Lets time pass without anybody sleeping, as a slow answer does. */
  advance(ms: number): void {
    this.#nowMs += ms
  }

  /** No time passes until it is done: what really takes some, such as a request over loopback. */
  async working<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#working += 1
    try {
      return await work()
    } finally {
      this.#working -= 1
      this.#move()
    }
  }

  #move(): void {
    this.#moves += 1
    if (this.#isWatching) return
    this.#isWatching = true
    this.#watch(this.#moves, QUIET_TURNS)
  }

  #watch(moves: number, turns: number): void {
    setImmediate(() => {
      if (this.#moves !== moves) this.#watch(this.#moves, QUIET_TURNS)
      else if (this.#working === 0 && turns > 0) this.#watch(moves, turns - 1)
      else {
        this.#isWatching = false
        if (this.#working === 0) this.#wakeFirst()
      }
    })
  }

  #wakeFirst(): void {
    this.#sleepers.sort((one, other) => one.at - other.at)
    const first = this.#sleepers.shift()
    if (first === undefined) return
    this.#nowMs = Math.max(this.#nowMs, first.at)
    first.wake()
    this.#move()
  }
}
