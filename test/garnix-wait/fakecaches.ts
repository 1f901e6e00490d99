import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import type { Answer, Asking } from '../../actions/garnix-wait/walk.ts'

export type Graph = ReadonlyMap<StorePath, readonly StorePath[]>

/** Caches that hold parts of a graph, answer in any order, and count. */
export class FakeCaches implements Asking {
  readonly caches: number
  readonly asked: string[] = []
  readonly again = new Set<StorePath>()
  readonly #graph: Graph
  readonly #has: (path: StorePath, cache: number) => boolean
  /** What is there, but not to be believed. */
  doubted = new Set<StorePath>()
  random = () => 0

  constructor(graph: Graph, caches: number, has: (path: StorePath, cache: number) => boolean) {
    this.#graph = graph
    this.caches = caches
    this.#has = has
  }

  readonly ask: Asking['ask'] = async ({ path, cache, isAgain }) => {
    this.asked.push(`${cache} ${path}`)
    if (isAgain) this.again.add(path)
    for (let turns = Math.floor(this.random() * 5); turns > 0; turns--) await Promise.resolve()
    const url = `cache ${cache}`
    if (!this.#has(path, cache)) return { reason: { cache: url, kind: 'absent', words: 'it answers 404' } }
    const isDoubted = this.doubted.has(path)
    const reason = { cache: url, kind: 'untrusted', words: 'it is signed by nobody' } as const
    const answer: Answer = {
      facts: { path, narSize: 1, narHash: '', fileSize: 1, references: this.#graph.get(path) ?? [], cache },
      doubt: async () => (isDoubted ? reason : undefined),
    }
    return answer
  }
}
