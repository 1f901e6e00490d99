import type { Clock } from './ports.ts'

/** A fixed moment of a clock. */
export interface Deadline {
  /** Never negative. */
  remainingMs(): number
  passed(): boolean
}

export function deadlineIn(clock: Clock, ms: number): Deadline {
  const at = clock.now() + ms
  return {
    remainingMs: () => Math.max(0, at - clock.now()),
    passed: () => clock.now() >= at,
  }
}
