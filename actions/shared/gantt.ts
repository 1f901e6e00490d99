/** When what went on, as a Mermaid diagram in a code block: GitHub draws it in Markdown. */
import { formatDuration } from './duration.ts'
import { block } from './markdown.ts'

export interface Bar {
  /** Any text. */
  readonly name: string
  /** Milliseconds of any clock, the same for all bars; `NaN` = not known. */
  readonly startedMs: number
  /** `undefined` = it was not seen. */
  readonly endedMs: number | undefined
  /** Drawn as something that is wrong. */
  readonly isBad?: boolean
}

export interface BarGroup {
  /** `''` = it has no heading. */
  readonly title: string
  readonly bars: readonly Bar[]
}

const MAX_BARS = 50
const MAX_NAME = 60
/** Longer than any deploy may take: a clock was set in between, and nothing could be seen beside that. */
const MAX_TOTAL_MS = 100_000_000

/** `''` where there is nothing to draw, or where a clock went backward meanwhile. */
export function gantt(groups: readonly BarGroup[]): string {
  const drawn = firstBarsOf(groups)
  const bars = drawn.flatMap((group) => group.bars)
  const moments = bars.flatMap(({ startedMs, endedMs }) => [startedMs, endedMs ?? startedMs])
  const fromMs = Math.min(...moments)
  const untilMs = Math.max(...moments)
  const totalMs = untilMs - fromMs
  if (!areInOrder(bars) || !(totalMs > 0 && totalMs <= MAX_TOTAL_MS)) return ''
  const lines = drawn.flatMap(({ title, bars: own }) => [
    ...(title === '' ? [] : [`  section ${plain(title)}`]),
    ...own.map((bar) => lineOf(bar, { fromMs, untilMs, number: bars.indexOf(bar) + 1 })),
  ])
  return block(['gantt', ...headOf(totalMs), ...lines].join('\n'), 'mermaid')
}

/** A bar that has no beginning, or that ends before it, has no place on the axis. */
function firstBarsOf(groups: readonly BarGroup[]): readonly BarGroup[] {
  let left = MAX_BARS
  const cut = groups.map(({ title, bars }) => {
    const known = bars.filter(({ startedMs, endedMs = startedMs }) => endedMs >= startedMs).slice(0, left)
    left -= known.length
    return { title, bars: known }
  })
  return cut.filter(({ bars }) => bars.length > 0)
}

function areInOrder(bars: readonly Bar[]): boolean {
  return bars.every(({ startedMs }, index) => startedMs >= (bars[index - 1]?.startedMs ?? startedMs))
}

/**
 * The axis counts from the beginning. A local time without a zone is read and shown by the same clock, so that it is
 * 0 wherever the reader is; today is far from it, and would be marked.
 */
function headOf(totalMs: number): readonly string[] {
  return ['  dateFormat YYYY-MM-DD HH:mm:ss.SSS', `  axisFormat ${axisOf(totalMs)}`, '  todayMarker off']
}

/** As fine as the ticks may be. */
function axisOf(totalMs: number): string {
  if (totalMs < 10_000) return '%S.%L'
  return totalMs < 3_600_000 ? '%M:%S' : '%H:%M:%S'
}

interface Place {
  readonly fromMs: number
  readonly untilMs: number
  readonly number: number
}

/** The number keeps a name from being read as one of Mermaid's own words. */
function lineOf({ name, startedMs, endedMs, isBad }: Bar, { fromMs, untilMs, number }: Place): string {
  const words = endedMs === undefined ? 'end not seen' : formatDuration(endedMs - startedMs)
  const tags = [...(isBad === true ? ['crit'] : []), ...(endedMs === undefined ? ['active'] : [])]
  const times = [startedMs - fromMs, (endedMs ?? untilMs) - fromMs].map(dateOf)
  return `  ${number}. ${plain(name)} (${words}) :${[...tags, ...times].join(', ')}`
}

function dateOf(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const hours = Math.floor(seconds / 3_600)
  const time = [hours % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) => padded(part, 2))
  return `2000-01-${padded(1 + Math.floor(hours / 24), 2)} ${time.join(':')}.${padded(ms % 1_000, 3)}`
}

function padded(part: number, digits: number): string {
  return String(part).padStart(digits, '0')
}

/** Only what means nothing to Mermaid, in one line. */
function plain(raw: string): string {
  const clean = raw
    .slice(0, MAX_NAME * 2)
    .replace(/[^\p{L}\p{N}.,()/+_-]+/gu, ' ')
    .trim()
  if (clean.length <= MAX_NAME) return clean || 'without a name'
  return `${clean.slice(0, MAX_NAME).replace(/[\ud800-\udbff]$/, '')}…`
}
