import type { ClosureDiff } from '../shared/closurediff.ts'
import { parseInstant } from '../shared/instant.ts'
import type { Accepted, AwaitingConfirm, Event, EventOf, Phase, Result, Units } from './events.ts'

/** One phase of the deploy, by the host's clock; `NaN` where it did not say. */
export interface Span {
  readonly name: string
  readonly startedMs: number
  /** `undefined` = its end was not seen. */
  readonly endedMs: number | undefined
}

/** What the events of one deploy have said so far. */
export interface Ledger {
  readonly accepted: Accepted | undefined
  readonly spans: readonly Span[]
  readonly awaiting: AwaitingConfirm | undefined
  readonly diff: ClosureDiff | undefined
  readonly units: Units | undefined
  readonly warnings: readonly string[]
  /** The last lines of the log. */
  readonly tail: readonly string[]
  readonly result: Result | undefined
}

export const EMPTY_LEDGER: Ledger = {
  accepted: undefined,
  spans: [],
  awaiting: undefined,
  diff: undefined,
  units: undefined,
  warnings: [],
  tail: [],
  result: undefined,
}

/** A deploy has a dozen phases and few warnings; a host that sends more has them in the log only. */
const MOST_KEPT = 1_000
const MAX_TAIL = 40
const MAX_LINE = 500

type Recorders = { readonly [T in Event['type']]?: (event: EventOf<T>, ledger: Ledger) => Partial<Ledger> }

const RECORDERS: Recorders = {
  accepted: (event) => ({ accepted: event }),
  phase: (event, { spans }) => ({ spans: spansWith(spans, event) }),
  'awaiting-confirm': (event) => ({ awaiting: event }),
  log: ({ text }, { tail }) => ({ tail: [...tail, ...lastLinesOf(text)].slice(-MAX_TAIL) }),
  diff: ({ diff }) => ({ diff }),
  units: (event) => ({ units: event }),
  warning: ({ text }, { warnings }) => ({ warnings: kept(warnings, text) }),
  result: (event) => ({ result: event }),
}

/** The ledger with one more event. */
export function recorded(ledger: Ledger, event: Event): Ledger {
  const record = RECORDERS[event.type] as ((event: Event, ledger: Ledger) => Partial<Ledger>) | undefined
  return record === undefined ? ledger : { ...ledger, ...record(event, ledger) }
}

/** The point of no return: from here on the host may already be another one. */
export function hasActivated({ spans }: Ledger): boolean {
  return spans.some(({ name }) => name === 'activate')
}

function spansWith(spans: readonly Span[], { name, state, time }: Phase): readonly Span[] {
  const ms = parseInstant(time)
  const open = spans.findLastIndex((span) => span.name === name && span.endedMs === undefined)
  if (state === 'start') return kept(spans, { name, startedMs: ms, endedMs: undefined })
  return spans.map((span, index) => (index === open ? { ...span, endedMs: ms } : span))
}

function lastLinesOf(text: string): readonly string[] {
  const lines = text.slice(-MAX_TAIL * MAX_LINE).split('\n')
  return lines.map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line))
}

function kept<Item>(items: readonly Item[], item: Item): readonly Item[] {
  return items.length < MOST_KEPT ? [...items, item] : items
}
