import { formatDuration } from '../shared/duration.ts'

/** When what happened, by the clock of whoever saw it: milliseconds as `parseInstant` gives them. */
export interface Moments {
  /** The CI knew of it: its check was created. */
  readonly queuedMs?: number | undefined
  /** The build had ended. */
  readonly builtMs?: number | undefined
  /** Its check was green. */
  readonly greenMs?: number | undefined
  /** The last path of the closure was seen in a cache. */
  readonly completeMs?: number | undefined
}

/** The words of `momentWords`, in their order. */
export const MOMENTS = ['Queued', 'Built', 'Green', 'Cache complete'] as const

/** The time of day of each, and how long after the one before; `''` = it was not seen. */
export function momentWords({ queuedMs, builtMs, greenMs, completeMs }: Moments): readonly string[] {
  const instants = [queuedMs, builtMs, greenMs, completeMs].map((ms) =>
    Number.isFinite(ms) ? ms : undefined,
  )
  return instants.map((ms, at) => {
    if (ms === undefined) return ''
    const before = instants.slice(0, at).findLast((other) => other !== undefined)
    return before === undefined ? timeOfDay(ms) : `${timeOfDay(ms)} (${lagWords(ms - before)})`
  })
}

/** A closure may be complete before the check is green; clocks differ as well. */
function lagWords(ms: number): string {
  return ms < 0 ? `−${formatDuration(-ms)}` : `+${formatDuration(ms)}`
}

/** `13:05:09`, UTC. */
function timeOfDay(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const parts = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
