/** The search for the store paths of all targets, over several routes in their order; what each said is kept. */
import type { StorePath } from './storepath.ts'
import { NAMELESS, type Target } from './targets.ts'

/** The first one that answers is believed. */
const ORDER = [
  'store-paths',
  'the recorded note',
  "the instance's API",
  "the check run's text",
  'nix eval',
] as const
export type RouteName = (typeof ORDER)[number]

export type Reply =
  | { readonly path: StorePath }
  /** The words are a clause; `isFinal` = asked again, it will say the same. */
  | { readonly path: undefined; readonly words: string; readonly isFinal: boolean }

type Replies = ReadonlyMap<string, Reply>

export interface Route {
  readonly name: RouteName
  /** Too dear to be asked only to compare; the others are asked also when a path is known. */
  readonly isDear: boolean
  /** A reply for each configuration. Rejects with the signal's reason only. */
  ask(configurations: readonly string[], signal?: AbortSignal): Replies | Promise<Replies>
}

interface AskOptions {
  readonly isDearToo: boolean
  readonly signal?: AbortSignal
}

/** What is known of the paths of all targets, and what may still be asked. */
export class PathSearch {
  readonly #routes: readonly Route[]
  readonly #replies: ReadonlyMap<string, Map<RouteName, Reply>>
  readonly #busy = new Set<Route>()
  readonly #chosen = new Map<string, StorePath>()

  constructor(targets: readonly Target[], routes: readonly Route[]) {
    this.#routes = ORDER.flatMap((name) => routes.filter((route) => route.name === name))
    this.#replies = new Map(
      targets.map(({ name, storePath }) => [name, new Map([['store-paths', given(storePath)]])]),
    )
  }

  /** From the first route that gave one, as long as none is chosen. */
  path(target: string): StorePath | undefined {
    return this.#chosen.get(target) ?? this.#found(target)[0]?.path
  }

  /** The paths that are known now stay what they are, whatever a better route may say later: they are waited for. */
  choose(): void {
    for (const target of this.#replies.keys())
      for (const { path } of this.#found(target).slice(0, 1)) this.#chosen.set(target, path)
  }

  /** The route that `path` came from. */
  route(target: string): RouteName | undefined {
    return this.#found(target).find(({ path }) => path === this.path(target))?.route
  }

  /** Whether a path may still be found. */
  isOpen(target: string): boolean {
    return this.path(target) === undefined && this.#routes.some((route) => this.#isOpenAt(target, route))
  }

  /** What each route said, a line for each: why there is no path. */
  words(target: string): string {
    const replies = this.#replies.get(target)
    return ORDER.flatMap((route) => {
      const reply = replies?.get(route)
      return reply === undefined ? [] : `${route}: ${reply.path ?? reply.words}`
    }).join('\n')
  }

  /** A sentence for each target to which the routes give different paths. */
  disagreements(): readonly string[] {
    return [...this.#replies.keys()].flatMap((target) => {
      const found = this.#found(target)
      if (new Set(found.map(({ path }) => path)).size < 2) return []
      const each = found.map(({ route, path }) => `${route}: ${path}`).join('; ')
      return [
        `The routes to the store path of ${target} disagree (${each}). ${this.path(target)} is waited for.`,
      ]
    })
  }

  /** Asks whatever may still say something; the dear routes, if they are wanted, for what is unknown by then. */
  async ask({ isDearToo, signal }: AskOptions): Promise<void> {
    for (const route of this.#routes) if (isDearToo || !route.isDear) await this.#askOne(route, signal)
  }

  async #askOne(route: Route, signal: AbortSignal | undefined): Promise<void> {
    const targets = [...this.#replies.keys()].filter((target) => this.#isWanted(target, route))
    if (targets.length === 0 || this.#busy.has(route)) return
    this.#busy.add(route)
    try {
      const replies = await route.ask(targets, signal)
      for (const [target, reply] of replies) this.#replies.get(target)?.set(route.name, reply)
    } finally {
      this.#busy.delete(route)
    }
  }

  #isWanted(target: string, route: Route): boolean {
    if (route.isDear && this.path(target) !== undefined) return false
    return this.#isOpenAt(target, route)
  }

  /** A path without a name has no configuration that could be asked for. */
  #isOpenAt(target: string, { name }: Route): boolean {
    const reply = this.#replies.get(target)?.get(name)
    return target !== NAMELESS && (reply === undefined || (reply.path === undefined && !reply.isFinal))
  }

  /** In the order of the routes. */
  #found(target: string): readonly { readonly route: RouteName; readonly path: StorePath }[] {
    const replies = this.#replies.get(target)
    return ORDER.flatMap((route) => {
      const path = replies?.get(route)?.path
      return path === undefined ? [] : [{ route, path }]
    })
  }
}

function given(path: StorePath | undefined): Reply {
  return path === undefined ? silent('none is given', true) : { path }
}

/** A route that has no path, or none yet. */
export function silent(words: string, isFinal: boolean): Reply {
  return { path: undefined, words, isFinal }
}
