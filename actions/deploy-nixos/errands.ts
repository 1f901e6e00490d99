import { LetGo } from './limits.ts'

/** What goes on beside the story. If an errand fails, so does the story; at the story's end, errands end. */
export class Errands {
  readonly #stop = new AbortController()
  readonly #running: Promise<void>[] = []

  /** Aborted when the story must end, with why. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  letGo(why: LetGo['why']): void {
    this.#stop.abort(new LetGo(why))
  }

  start(errand: (signal: AbortSignal) => Promise<void>): void {
    const failed = (error: unknown): void => {
      this.#stop.abort(error)
    }
    this.#running.push(errand(this.signal).catch(failed))
  }

  async end(): Promise<void> {
    this.letGo('ended')
    await Promise.all(this.#running)
  }
}
