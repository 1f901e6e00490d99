// Stages that run side by side, whose output reads as if they had run one after the other.

/** @typedef {{ passed: number, failed: number }} Counts */
/** @typedef {Counts & { name: string, seconds: number }} Outcome */
/** @typedef {(text: string) => void} Say */

/**
 * Runs chains, `width` at a time in the order they are given; the stages of one chain run one after the other.
 * @param {(() => Promise<void>)[][]} chains
 * @param {number} width
 */
export async function sideBySide(chains, width) {
  const waiting = [...chains]
  const lane = async () => {
    for (let chain = waiting.shift(); chain !== undefined; chain = waiting.shift())
      for (const stage of chain) await stage()
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** What a stage says is kept until the stage ends and then printed whole; a stage that runs alone is shown as it goes. */
export class Stages {
  /** @type {Outcome[]} in the order they ended */
  outcomes = []
  isInterrupted = false
  #isAlone
  #print
  /** @type {Map<string, string[]>} */
  #unfinished = new Map()

  /** @param {{ isAlone: boolean, print: Say }} how */
  constructor({ isAlone, print }) {
    this.#isAlone = isAlone
    this.#print = print
  }

  /**
   * @param {string} name
   * @param {(say: Say) => Promise<Counts>} counted what it throws is said, and counts as one failure: the others go on
   */
  async step(name, counted) {
    if (this.isInterrupted) return
    /** @type {string[]} */
    const said = []
    this.#unfinished.set(name, said)
    this.#print(this.#isAlone ? `\n## ${name}\n` : `${name} begins\n`)
    const start = process.hrtime.bigint()
    const say = this.#isAlone ? this.#print : (/** @type {string} */ text) => void said.push(text)
    const { passed, failed } = await counted(say).catch((/** @type {unknown} */ error) => {
      say(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      return { passed: 0, failed: 1 }
    })
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    this.outcomes.push({ name, passed, failed, seconds })
    if (this.#unfinished.delete(name) && !this.#isAlone)
      this.#print(`\n## ${name}: ended after ${seconds.toFixed(0)} s\n${said.join('')}\n`)
  }

  /** Begins nothing more, and prints what the unfinished stages have said so far. */
  interrupt() {
    this.isInterrupted = true
    for (const [name, said] of this.#unfinished) this.#print(`\n## ${name}: interrupted\n${said.join('')}\n`)
    this.#unfinished.clear()
  }
}
