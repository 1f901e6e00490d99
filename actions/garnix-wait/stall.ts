import type { CheckRun } from './checkruns.ts'

interface Told {
  readonly text: string
  readonly sinceMs: number
  readonly isStalled: boolean
}

/** Tells builds that say nothing any more from slow ones: an instance that was restarted forgets what it built. */
export class StallWatch {
  readonly #stallMs: number
  readonly #told = new Map<number, Told>()

  constructor(stallMs: number) {
    this.#stallMs = stallMs
  }

  /** Those of the runs that have just been silent for too long; each is told once, until it speaks again. */
  silent(runs: readonly CheckRun[], nowMs: number): readonly CheckRun[] {
    return runs.filter((run) => run.state === 'running' && this.#isNewlySilent(run, nowMs))
  }

  #isNewlySilent({ id, text }: CheckRun, nowMs: number): boolean {
    const before = this.#told.get(id)
    if (before?.text !== text) {
      this.#told.set(id, { text, sinceMs: nowMs, isStalled: false })
      return false
    }
    if (before.isStalled || nowMs - before.sinceMs < this.#stallMs) return false
    this.#told.set(id, { ...before, isStalled: true })
    return true
  }
}
