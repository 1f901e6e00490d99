/** The texts of checks that are green: Garnix uploads only then, and writes there what it uploads and what it does not. */
import { ActionError } from '../shared/errors.ts'
import type { Patience } from '../shared/github.ts'
import type { Clock, Log } from '../shared/ports.ts'
import type { CheckRun } from './checkruns.ts'
import type { ChecksReader } from './checksreader.ts'
import type { CheckText } from './routes.ts'

const SETTLED_MS = 120_000
/** Requests are for builds; the cache itself tells sooner what has arrived. */
const PAUSE_MS = 30_000

interface Noted {
  readonly run: CheckRun
  readonly sinceMs: number
}

export class CheckTexts {
  readonly #clock: Clock
  readonly #noted = new Map<string, Noted>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Of each name the newest success counts, else the newest run; no other App's than that of the first one. */
  note(runs: readonly CheckRun[]): void {
    const mine = runs.filter(({ name, app }) => (this.#noted.get(name)?.run.app ?? app) === app)
    const rising = mine.sort((one, other) => rankOf(one) - rankOf(other) || one.id - other.id)
    const best = new Map(rising.map((run) => [run.name, run]))
    for (const run of best.values()) this.#note(run)
  }

  /** By the name of the check; `undefined` = it was not seen yet. */
  of(name: string): CheckText | undefined {
    const noted = this.#noted.get(name)
    if (noted === undefined) return undefined
    const { run, sinceMs } = noted
    const isSettled = run.state === 'succeeded' && this.#clock.now() - sinceMs >= SETTLED_MS
    return { text: run.text, isSettled }
  }

  #note(run: CheckRun): void {
    const before = this.#noted.get(run.name)
    const isSame = before?.run.id === run.id && before.run.text === run.text && before.run.state === run.state
    if (!isSame) this.#noted.set(run.name, { run, sinceMs: this.#clock.now() })
  }
}

function rankOf({ state }: CheckRun): number {
  return state === 'succeeded' ? 1 : 0
}

export interface Following {
  readonly texts: CheckTexts
  /** Of the checks. */
  readonly names: readonly string[]
  readonly reader: ChecksReader
  readonly clock: Clock
  readonly log: Log
}

/** Reads the texts on until they do not change any more, or time is up. Rejects with the signal's reason. */
export async function followTexts(following: Following, { deadline, signal }: Patience): Promise<void> {
  const { texts, names, reader, clock, log } = following
  const open = () => names.filter((name) => texts.of(name)?.isSettled !== true)
  try {
    while (open().length > 0 && deadline.remainingMs() > PAUSE_MS) {
      await clock.sleep(PAUSE_MS, signal)
      texts.note(await reader.runs(open(), { deadline, signal }))
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ActionError)) throw error
    log.info(`What Garnix writes into its checks is not read on: ${error.message}`)
  }
}
