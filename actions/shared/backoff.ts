import type { Random } from './ports.ts'

export interface BackoffBounds {
  readonly baseMs: number
  readonly capMs: number
}

/**
 * How long to wait after failed attempt number `attempt` (from 1): doubling up to the cap, and a random part of the
 * upper half of it, so that runners which lost the same host do not come back at the same moment.
 */
export function backoffMs(attempt: number, { baseMs, capMs }: BackoffBounds, random: Random): number {
  const fullMs = Math.min(capMs, baseMs * 2 ** (attempt - 1))
  const fraction = parseInt(random.hex(4), 16) / 0x1_0000_0000
  return Math.round(fullMs / 2 + (fullMs / 2) * fraction)
}
