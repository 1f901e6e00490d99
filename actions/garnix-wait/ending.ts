/** Last words: how the wait ended. */
export type Status = 'ready' | 'built' | 'failed' | 'missing' | 'timed-out'

export interface Ending {
  readonly status: Status
  /** What happened. */
  readonly sentence: string
  /** What others said about it, such as the tail of a log; may have several lines. */
  readonly details: readonly string[]
  /** What to do about it. */
  readonly hint?: string
}

export function isGreen(status: Status): boolean {
  return status === 'ready' || status === 'built'
}
