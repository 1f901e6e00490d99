import type { Event } from './events.ts'
import { EMPTY_LEDGER, recorded, type Ledger } from './ledger.ts'

/** A deploy that is followed: what it has said so far, and what became of it on our side. */
export interface Watched {
  readonly id: string
  ledger: Ledger
  /** The number of the event that must come next. */
  nextSeq: number
  /** Why its story cannot be a whole one, in a sentence. */
  flaw: string | undefined
  /** When the host rolls back by itself at the latest, by our own clock: its clock may be wrong. */
  dueMs: number | undefined
  /** The host said that the commit stands. */
  isConfirmed: boolean
  /** We did not want it confirmed, or the host did not take the confirmation. */
  isRejected: boolean
}

export function newWatched(id: string): Watched {
  return {
    id,
    ledger: EMPTY_LEDGER,
    nextSeq: 0,
    flaw: undefined,
    dueMs: undefined,
    isConfirmed: false,
    isRejected: false,
  }
}

/** Takes down one more event, seen at `nowMs`. */
export function witness(watched: Watched, event: Event, nowMs: number): void {
  watched.ledger = recorded(watched.ledger, event)
  watched.flaw ??= flawOf(event, watched.nextSeq)
  watched.nextSeq = Math.max(watched.nextSeq, event.seq + 1)
  if (event.type !== 'accepted' && event.type !== 'awaiting-confirm') return
  watched.dueMs = event.secondsLeft === undefined ? undefined : nowMs + event.secondsLeft * 1_000
}

/** Events are numbered without gaps, and kept for as long as the deploy is known. */
function flawOf({ seq }: Event, nextSeq: number): string | undefined {
  if (seq > nextSeq)
    return `The host no longer has the events ${nextSeq} to ${seq - 1} of this deploy: its state was lost or set back.`
  if (seq < nextSeq)
    return `The host's result is event ${seq}, but event ${nextSeq - 1} was seen before it: its state was set back.`
  return undefined
}
