/** The texts of check runs over time: an instance goes on writing into them after it has turned them green. */
import type { Clock } from '../shared/ports.ts'
import { newestOf, type CheckRun } from './checkruns.ts'
import { checkNameOf } from './garnixverdict.ts'
import type { CheckText } from './routes.ts'

/** An upload of a large path says nothing for so long. */
const SETTLED_MS = 120_000

export class CheckTexts {
  readonly #clock: Clock
  readonly #known = new Map<string, { readonly run: CheckRun; readonly sinceMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs that were just read. */
  note(runs: readonly CheckRun[]): void {
    for (const name of new Set(runs.map((run) => run.name))) {
      const mine = runs.filter((run) => run.name === name)
      // The one that built it is the one that tells of uploads.
      const run = newestOf(mine.filter(({ state }) => state === 'succeeded')) ?? newestOf(mine)
      const before = this.#known.get(name)
      if (run === undefined || isSame(before?.run, run)) continue
      this.#known.set(name, { run, sinceMs: this.#clock.now() })
    }
  }

  runOf(configuration: string): CheckRun | undefined {
    return this.#known.get(checkNameOf(configuration))?.run
  }

  textOf(configuration: string): CheckText | undefined {
    const known = this.#known.get(checkNameOf(configuration))
    if (known === undefined) return undefined
    const { run, sinceMs } = known
    const isSettled = run.state === 'succeeded' && this.#clock.now() - sinceMs >= SETTLED_MS
    return { text: run.text, isSettled }
  }
}

function isSame(one: CheckRun | undefined, other: CheckRun): boolean {
  return one?.id === other.id && one.state === other.state && one.text === other.text
}
