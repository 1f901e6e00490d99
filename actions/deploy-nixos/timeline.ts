import { formatDuration } from '../shared/duration.ts'
import { gantt, type Bar } from '../shared/gantt.ts'
import { details, table, text } from '../shared/markdown.ts'
import type { Facts } from './facts.ts'
import type { Span } from './ledger.ts'
import { titleOf } from './show.ts'

/** A deploy has a dozen phases. */
const MAX_ROWS = 100

/** The phases of the deploy and of its trial boot: drawn where the host's clock allows it, and in figures. */
export function timelineOf({ own, trial }: Facts): string {
  const later = trial?.ledger.spans ?? []
  const spans = [...own.ledger.spans, ...later]
  if (spans.length === 0) return ''
  const groups = [
    { title: later.length === 0 ? '' : 'Deploy', bars: own.ledger.spans.map(barOf) },
    { title: 'Trial boot', bars: later.map(barOf) },
  ]
  const chart = gantt(groups)
  const figures = figuresOf(spans)
  return chart === '' ? figures : `${chart}\n${details('Each phase in figures', figures)}`
}

function barOf({ name, startedMs, endedMs }: Span): Bar {
  return { name: titleOf(name), startedMs, endedMs, isBad: name === 'rollback' }
}

function figuresOf(spans: readonly Span[]): string {
  const rows = spans
    .slice(0, MAX_ROWS)
    .map(({ name, startedMs, endedMs }) => [
      text(titleOf(name)),
      endedMs === undefined ? 'its end was not seen' : wordsOf(endedMs - startedMs),
    ])
  const left = spans.length - rows.length
  const more = left === 0 ? '' : `\n${left} more are in the log.\n`
  return `${table(['Phase', 'Duration'], rows)}${more}`
}

/** The host's clock may be set back meanwhile, by the deploy itself. */
function wordsOf(ms: number): string {
  return ms >= 0 ? formatDuration(ms) : 'unknown'
}
