/** Small implementations of the ports, for stories at fake time. */
import type {
  Annotation,
  Clock,
  Log,
  Outputs,
  Random,
  ReadInput,
  Summary,
} from '../../actions/shared/ports.ts'

/** Time passes only while everybody sleeps, and then at once. */
export class FakeClock implements Clock {
  #now = 0
  #sleepers: { readonly at: number; readonly wake: () => void }[] = []

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const sleeper = { at: this.#now + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      this.#sleepers.sort((one, other) => one.at - other.at)
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal.reason as Error)
      })
      setImmediate(() => {
        this.#wakeFirst()
      })
    })
  }

  /** Lets time pass without anybody sleeping, as work does. */
  advance(ms: number): void {
    this.#now += ms
  }

  #wakeFirst(): void {
    const first = this.#sleepers.shift()
    if (first === undefined) return
    this.#now = Math.max(this.#now, first.at)
    first.wake()
  }
}

export interface LogEntry {
  readonly kind: 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'group' | 'endgroup' | 'host'
  readonly text: string
  readonly annotation?: Annotation | undefined
}

export class RecordingLog implements Log {
  readonly entries: LogEntry[] = []

  debug = (text: string): void => void this.entries.push({ kind: 'debug', text })
  info = (text: string): void => void this.entries.push({ kind: 'info', text })
  notice = (text: string, annotation?: Annotation): void =>
    void this.entries.push({ kind: 'notice', text, annotation })
  warning = (text: string, annotation?: Annotation): void =>
    void this.entries.push({ kind: 'warning', text, annotation })
  error = (text: string, annotation?: Annotation): void =>
    void this.entries.push({ kind: 'error', text, annotation })
  group = (text: string): void => void this.entries.push({ kind: 'group', text })
  endGroup = (): void => void this.entries.push({ kind: 'endgroup', text: '' })
  host = (text: string): void => void this.entries.push({ kind: 'host', text })

  /** The texts of one kind. */
  of(kind: LogEntry['kind']): readonly string[] {
    return this.entries.filter((entry) => entry.kind === kind).map((entry) => entry.text)
  }
}

export class RecordingOutputs implements Outputs {
  readonly values: Record<string, string> = {}

  set(name: string, value: string): void {
    this.values[name] = value
  }
}

export class RecordingSummary implements Summary {
  markdown = ''

  async write(markdown: string): Promise<void> {
    this.markdown += markdown
  }
}

/** Counts instead: the first number it makes is all zeros, the second ends in 1. */
export function countingRandom(): Random {
  let count = 0
  return { hex: (bytes) => (count++).toString(16).padStart(2 * bytes, '0') }
}

/** A reader of fixed inputs. */
export function reading(inputs: Readonly<Record<string, string>>): ReadInput {
  return (name) => inputs[name] ?? ''
}
