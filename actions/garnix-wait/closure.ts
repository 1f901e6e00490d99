/** A closure as caches know it: all that a path needs, found piece by piece while it is being uploaded. */
import type { StorePath } from './storepath.ts'

export interface PathFacts {
  readonly path: StorePath
  /** In bytes, unpacked. */
  readonly narSize: number
  /** Two paths that have the same one hold the same. */
  readonly narHash: string
  /** In bytes, as it is downloaded; `undefined` = the cache does not say. */
  readonly fileSize: number | undefined
  /** The path itself may be among them. */
  readonly references: readonly StorePath[]
  /** The first cache, in their order, that said so: its place among them. */
  readonly cache: number
}

/**
 * Why a cache gives no path:
 * - `absent`: it does not have it, or not for everybody
 * - `denied`: it does not know the credentials
 * - `untrusted`: it has the path, signed by none of the keys
 * - `unusable`: what it says is no narinfo of this path
 * - `unreachable`: there was no answer, or one that asks to come back
 */
export type ReasonKind = 'absent' | 'denied' | 'untrusted' | 'unusable' | 'unreachable'

export interface Reason {
  /** The address of the cache. */
  readonly cache: string
  readonly kind: ReasonKind
  /** What it said, without a full stop. */
  readonly words: string
}

export interface Miss {
  readonly path: StorePath
  /** The shortest way to it from a root: first that root, last what refers to the path. Empty for a root. */
  readonly neededBy: readonly StorePath[]
  /** One for each cache, in their order; empty if it has not been asked for. */
  readonly reasons: readonly Reason[]
}

/** Grows with every walk; what it holds once, it keeps. */
export interface Closure {
  readonly roots: readonly StorePath[]
  readonly found: Map<StorePath, PathFacts>
  readonly missing: Map<StorePath, readonly Reason[]>
}

/** `found`: what another closure has found already, to share with it. */
export function newClosure(
  roots: readonly StorePath[],
  found: Closure['found'] = new Map<StorePath, PathFacts>(),
): Closure {
  return { roots, found, missing: new Map() }
}

/** What is found below some paths, these included; each once. */
export function closureOf(
  closure: Closure,
  roots: readonly StorePath[] = closure.roots,
): readonly PathFacts[] {
  return [...parentsBelow(closure, roots).keys()].flatMap((path) => closure.found.get(path) ?? [])
}

/** All that is known to be needed and not found; empty = the closure is complete. */
export function missesOf(closure: Closure): readonly Miss[] {
  const parents = parentsBelow(closure, closure.roots)
  return [...parents.keys()]
    .filter((path) => !closure.found.has(path))
    .map((path) => ({ path, neededBy: chainTo(path, parents), reasons: closure.missing.get(path) ?? [] }))
}

type Parents = ReadonlyMap<StorePath, StorePath | undefined>

/** Everything that can be reached, nearest first, each with what it was reached from. */
function parentsBelow({ found }: Closure, roots: readonly StorePath[]): Parents {
  const parents = new Map<StorePath, StorePath | undefined>(roots.map((root) => [root, undefined]))
  // What is added to a map while it is walked is walked too.
  for (const path of parents.keys())
    for (const reference of found.get(path)?.references ?? [])
      if (!parents.has(reference)) parents.set(reference, path)
  return parents
}

function chainTo(path: StorePath, parents: Parents): readonly StorePath[] {
  const chain: StorePath[] = []
  for (let at = parents.get(path); at !== undefined; at = parents.get(at)) chain.push(at)
  return chain.reverse()
}
