import type { Event } from './events.ts'
import { parseEvent } from './parseevent.ts'

/** What a piece of the host's answer brought. */
export interface Reading {
  /** New ones, in order, none twice. */
  readonly events: readonly Event[]
  /** What was wrong with the rest, in sentences. */
  readonly problems: readonly string[]
}

/** The longest line is a closure diff: some thousand packages of some hundred bytes. */
const MAX_LINE = 8 * 1_024 * 1_024

/** Puts the events of one deploy together, over as many connections as it takes. */
export class EventStream {
  #nextSeq = 0
  #hasResult = false
  #partial = ''
  /** Events are missing from here on: nothing more is taken from this connection. */
  #gapAt: number | undefined
  /** They were missing on an earlier connection too: the host does not have them. */
  #lostAt: number | undefined

  /** The number of the first event that has not been seen. */
  get nextSeq(): number {
    return this.#nextSeq
  }

  /** Events are missing which a new connection may bring. */
  get isTorn(): boolean {
    return this.#gapAt !== undefined
  }

  /** A new connection begins, and was asked for the events from `nextSeq` on. */
  restart(): void {
    this.#partial = ''
    this.#lostAt = this.#gapAt
    this.#gapAt = undefined
  }

  /** Takes text that may be cut anywhere. */
  read(text: string): Reading {
    const whole = this.#partial + text
    const isTooLong = whole.length - whole.lastIndexOf('\n') > MAX_LINE
    const end = isTooLong ? whole.length : whole.lastIndexOf('\n') + 1
    this.#partial = whole.slice(end)
    const lines = whole.slice(0, end).split('\n')
    const taken = lines.filter((line) => line.trim() !== '').flatMap((line) => this.#take(line))
    return {
      events: taken.filter((item) => typeof item !== 'string'),
      problems: taken.filter((item) => typeof item === 'string'),
    }
  }

  #take(line: string): (Event | string)[] {
    if (this.isTorn) return []
    const event = parseEvent(line)
    if (event === undefined) return [`The host sent a line that is not an event: ${excerptOf(line)}`]
    // An attach to a finished deploy always brings the result, whatever number was asked for.
    const isLateResult = event.type === 'result' && !this.#hasResult
    if (event.seq < this.#nextSeq && !isLateResult) return []
    if (event.seq > this.#nextSeq) return this.#takeAfterGap(event)
    return [this.#accept(event)]
  }

  #takeAfterGap(event: Event): (Event | string)[] {
    if (this.#lostAt !== this.#nextSeq) {
      this.#gapAt = this.#nextSeq
      return []
    }
    const problem = `The host no longer has the events ${this.#nextSeq} to ${event.seq - 1} of this deploy.`
    return [problem, this.#accept(event)]
  }

  #accept(event: Event): Event {
    this.#nextSeq = Math.max(this.#nextSeq, event.seq + 1)
    this.#hasResult ||= event.type === 'result'
    return event
  }
}

function excerptOf(line: string): string {
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
