/** What it takes to compare a closure with an older one, for few and for many paths that differ. */
import { askersFor } from '../actions/garnix-wait/asking.ts'
import { parseCache } from '../actions/garnix-wait/caches.ts'
import { closureOf, missesOf, newClosure, type Closure } from '../actions/garnix-wait/closure.ts'
import { comparisonOf } from '../actions/garnix-wait/comparison.ts'
import { oldClosures } from '../actions/garnix-wait/oldclosures.ts'
import type { StorePath } from '../actions/garnix-wait/storepath.ts'
import { walk } from '../actions/garnix-wait/walk.ts'
import { clock } from '../actions/shared/adapters/clock.ts'
import { newFetch } from '../actions/shared/adapters/fetch.ts'
import { deadlineIn } from '../actions/shared/deadline.ts'
import { layered, updated, type Graph } from '../test/support/graph.ts'
import { type Figure, inTurns, ms } from './stats.ts'
import { cachesOf, type Caches } from './walking.ts'

const PATHS = 2_000
const LAYERS = 16

/** What is newer in the second system, by the names that `layered` gives: the deeper, the more is built anew. */
const CASES = [/-layer0-package-1?\d-/, /-layer5-package-0-/, /-layer15-/] as const

export async function diffing(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const newer of CASES) figures.push(...(await diffOf(newer, rounds)))
  return figures
}

async function diffOf(newer: RegExp, rounds: number): Promise<Figure[]> {
  const old = layered(PATHS, LAYERS)
  const now = updated(old, (path) => newer.test(path))
  const gone = onlyIn(old, now).length
  await using caches = await cachesOf({ root: now.root, paths: [...old.paths, ...onlyIn(now, old)] })
  const runOf = (urls: readonly string[]) => new Run(urls, caches.key, { old: old.root, now: now.root })
  let run = runOf(caches.halves)
  const { walked, compared } = await inTurns(rounds, {
    walked: () => (run = runOf(caches.halves)).walked(),
    compared: () => run.compared(),
  })
  const differ = `${gone} of 2,000 paths differ`
  return [
    {
      name: `requests to compare two systems, ${differ} : paths that only the old one has`,
      ...(await requestsIn(runOf([caches.whole]), gone)),
      atMost: 1,
    },
    {
      name: `time to compare two systems, ${differ} : the walk before it`,
      ratio: compared / walked,
      atMost: 1,
      detail: `${ms(compared)} : ${ms(walked)}`,
    },
  ]
}

function onlyIn(one: Graph, other: Graph) {
  const others = new Set(other.paths.map(({ path }) => path))
  return one.paths.filter(({ path }) => !others.has(path))
}

async function requestsIn(run: Run, gone: number) {
  await run.walked()
  const before = run.requests
  await run.compared()
  const requests = run.requests - before
  return { ratio: requests / gone, detail: `${requests} : ${gone}` }
}

/** As garnix-wait does it: first the new closure, until it is complete, and then the old one, with the same connections. */
class Run {
  requests = 0
  readonly #roots: { readonly old: StorePath; readonly now: StorePath }
  readonly #asking: ReturnType<typeof askersFor>
  readonly #closure: Closure

  constructor(urls: readonly string[], key: Caches['key'], roots: { old: StorePath; now: StorePath }) {
    const plain = newFetch()
    const fetch: typeof plain = (...given) => {
      this.requests += 1
      return plain(...given)
    }
    const caches = urls.map((url) => parseCache(`${url} ${key}`, []))
    const world = { fetch, clock, deadline: deadlineIn(clock, 600_000) }
    this.#asking = askersFor({ caches, requireSignatures: true }, world)
    this.#roots = roots
    this.#closure = newClosure([roots.now])
  }

  async walked(): Promise<number> {
    const start = performance.now()
    await walk(this.#closure, this.#asking, never)
    if (missesOf(this.#closure).length > 0) throw new Error('The walk went astray.')
    return performance.now() - start
  }

  async compared(): Promise<number> {
    const { old, now } = this.#roots
    const start = performance.now()
    const { found } = this.#closure
    const before = await oldClosures([old], { found, asking: this.#asking }, never)
    const comparison = comparisonOf(
      { path: old, commit: undefined },
      {
        root: now,
        old: { found: closureOf(before), missing: missesOf(before) },
        now: { found: closureOf(this.#closure), missing: [] },
      },
    )
    const taken = performance.now() - start
    if (!('diff' in comparison) || comparison.diff.changed.length === 0)
      throw new Error('The comparison went astray.')
    return taken
  }
}

const never = new AbortController().signal
