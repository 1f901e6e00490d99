/** What has been found out so far: all that outputs, summary and comment are made from. */
import type { ClosureDiff } from '../shared/closurediff.ts'
import type { Miss, PathFacts } from './closure.ts'
import type { StorePath } from './storepath.ts'
import type { Moments } from './timeline.ts'

export interface Facts {
  readonly sha: string
  /** The addresses of the caches, in their order; empty = none was looked at. */
  readonly caches: readonly string[]
  readonly configurations: readonly ConfigurationFacts[]
  /** In sentences. */
  readonly warnings: readonly string[]
}

export interface ConfigurationFacts {
  /** NAMELESS where no name was given. */
  readonly name: string
  readonly storePath: StorePath | undefined
  /** Of the build, as the CI says it. */
  readonly buildUrl: string | undefined
  /** `undefined` = it was not looked for. */
  readonly closure: ClosureFacts | undefined
  /** `undefined` = nothing was to be compared. */
  readonly comparison: Comparison | undefined
  readonly moments: Moments
}

export interface ClosureFacts {
  readonly found: readonly PathFacts[]
  /** Empty = the closure is complete. */
  readonly missing: readonly Miss[]
}

/** With another closure; `why` = there is no difference to show, in words without a full stop. */
export type Comparison =
  | { readonly with: StorePath; readonly diff: ClosureDiff }
  | { readonly with: StorePath; readonly why: string }

/** The closure, if every path of it can be fetched. */
export function completeClosureOf({ closure }: ConfigurationFacts): readonly PathFacts[] | undefined {
  return closure?.missing.length === 0 ? closure.found : undefined
}

/** What no cache has, each path once, whatever needs it. */
export function missingOf({ configurations }: Facts): readonly Miss[] {
  const misses = new Map<StorePath, Miss>()
  for (const miss of configurations.flatMap(({ closure }) => closure?.missing ?? []))
    if (!misses.has(miss.path)) misses.set(miss.path, miss)
  return [...misses.values()]
}
