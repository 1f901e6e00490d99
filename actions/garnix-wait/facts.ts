/** What has been found out so far: all that outputs, summary and comment are made from. */
import type { ClosureDiff } from '../shared/closurediff.ts'
import type { Miss, PathFacts } from './closure.ts'
import type { Reboot } from './reboot.ts'
import type { Sizes } from './sizes.ts'
import type { StorePath } from './storepath.ts'
import type { Moments } from './timeline.ts'

export interface Facts {
  readonly sha: string
  /** Of the pages of its repository's commits, with a slash at its end. */
  readonly commitsUrl: string
  /** The addresses of the caches, in their order; empty = none was looked at. */
  readonly caches: readonly string[]
  readonly configurations: readonly ConfigurationFacts[]
  /** What the note of the commit has; `undefined` = nothing was recorded. */
  readonly recorded: RecordFacts | undefined
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

/** What a closure is compared with. */
export interface Baseline {
  readonly path: StorePath
  /** It was recorded with this commit; `undefined` = the path was given. */
  readonly commit: string | undefined
}

/** What is new in a closure, compared with another one. */
export interface Change {
  readonly diff: ClosureDiff
  /** Packages that are built anew, with the versions that they had; by name. */
  readonly rebuilt: readonly string[]
  /** The paths that the other closure does not have: what a host that runs it has to download. */
  readonly fresh: Sizes
  /** `undefined` = nothing is known of kernels. */
  readonly reboot: Reboot | undefined
}

/** `why` = there is nothing to show, in words without a full stop. */
export type Comparison =
  ({ readonly with: Baseline } & Change) | { readonly with: Baseline | undefined; readonly why: string }

/** By configuration. */
export type Comparisons = ReadonlyMap<string, Comparison>

export interface RecordFacts {
  /** Of configurations. */
  readonly names: readonly string[]
  /** The fingerprint of the key; `undefined` = the lines are not signed. */
  readonly signer: string | undefined
  /** The note did not say it yet. */
  readonly isNew: boolean
}

export function recordWords({ names, signer, isNew }: RecordFacts): string {
  const all = names.join(', ')
  const by = signer === undefined ? '' : `, signed by ${signer}`
  if (!isNew) return `${all} is recorded already${by}.`
  return `Recorded ${all}${by === '' ? ', without a signature' : by}.`
}

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
