/** GitHub answers from replicas: for a while after a write they still tell what was before. */
export class Lagging<T> {
  /** How many reads after each write do not know of it yet. */
  reads = 0
  #left = 0
  #before: T | undefined

  /** To be called before each write, with a copy of what it changes. */
  before(copy: () => T): void {
    if (this.reads === 0) return
    if (this.#left === 0) this.#before = copy()
    this.#left = this.reads
  }

  /** What a read sees. */
  seen(now: T): T {
    if (this.#left === 0 || this.#before === undefined) return now
    this.#left--
    return this.#before
  }
}

/** The same for what is new: nobody has heard of it yet. */
export class Unheard {
  reads = 0
  readonly #left = new Map<string, number>()

  add(name: string): void {
    if (this.reads > 0) this.#left.set(name, this.reads)
  }

  /** Whether this read is too early. */
  has(name: string): boolean {
    const left = this.#left.get(name) ?? 0
    this.#left.set(name, left - 1)
    return left > 0
  }
}
