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
/** Of a longer one only the beginning is kept, which has its number. */
const HEAD = 200

/** Puts the events of one deploy together, over as many connections as it takes. */
export class EventStream {
  #nextSeq = 0
  #hasResult = false
  #partial = ''
  /** The partial line was too long: `#partial` has its beginning only. */
  #isCut = false
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
    this.#isCut = false
    this.#lostAt = this.#gapAt
    this.#gapAt = undefined
  }

  /** Takes text that may be cut anywhere. */
  read(text: string): Reading {
    const pieces = text.split('\n')
    const taken = pieces.flatMap((piece, index) => {
      if (index > 0) this.#partial = ''
      this.#grow(piece)
      return index < pieces.length - 1 ? this.#takeLine() : []
    })
    return {
      events: taken.filter((item) => typeof item !== 'string'),
      problems: taken.filter((item) => typeof item === 'string'),
    }
  }

  #grow(piece: string): void {
    if (this.#isCut) return
    this.#partial += piece
    this.#isCut = this.#partial.length > MAX_LINE
    if (this.#isCut) this.#partial = this.#partial.slice(0, HEAD + 1)
  }

  #takeLine(): (Event | string)[] {
    const wasCut = this.#isCut
    this.#isCut = false
    const line = this.#partial
    if (this.isTorn || line.trim() === '') return []
    if (!wasCut) return this.#take(parseEvent(line), line)
    // Its number counts, so that nothing seems to be missing.
    return this.#take(parseHead(line), line).flatMap((item) =>
      typeof item === 'string' ? [item] : [`Event ${item.seq} of the host is too long to be read.`, item],
    )
  }

  #take(event: Event | undefined, line: string): (Event | string)[] {
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

/** Of an event that is only known by its beginning. */
function parseHead(line: string): Event | undefined {
  const seq = /^\{"seq":(0|[1-9]\d{0,14}),/.exec(line)?.[1]
  return seq === undefined ? undefined : { seq: Number(seq), time: '', type: 'unknown' }
}

function excerptOf(line: string): string {
  return line.length > HEAD ? `${line.slice(0, HEAD)}…` : line
}
