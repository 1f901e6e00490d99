/** Graphs of store paths for tests, the same for the same seed. */
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { type TestPath, storePath } from './binarycache.ts'

/** A small generator of numbers from 0 to 1: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Graph {
  readonly root: StorePath
  /** The root first; what a path needs comes after it. */
  readonly paths: readonly TestPath[]
}

/**
 * One root above `layers` of equal width. Each path but the last ones needs the one below it, and seven more of the
 * layer below, and itself: the root needs them all.
 */
export function layered(count: number, layers: number): Graph {
  const random = seeded(count)
  const width = Math.floor((count - 1) / layers)
  const name = (layer: number, at: number) => storePath(`layer${layer}-package-${at % width}-1.0`)
  const root = storePath('nixos-system-bench-26.11')
  const paths: TestPath[] = [{ path: root, references: row(0, width).map(([layer, at]) => name(layer, at)) }]
  for (const [layer, at] of Array.from({ length: layers }, (_, number) => row(number, width)).flat()) {
    const below =
      layer + 1 < layers ? [at, ...Array.from({ length: 7 }, () => Math.floor(random() * width))] : []
    const references = new Set([name(layer, at), ...below.map((one) => name(layer + 1, one))])
    paths.push({ path: name(layer, at), references: [...references] })
  }
  return { root, paths }
}

/** The same with some packages of another version: all that needs them is built anew, up to the root. */
export function updated({ root, paths }: Graph, isNewer: (path: StorePath) => boolean): Graph {
  const renamed = new Map<StorePath, StorePath>()
  const now = (path: StorePath) => renamed.get(path) ?? path
  for (const { path, references } of paths.toReversed())
    if (isNewer(path)) renamed.set(path, storePath(path.slice(44).replace(/-1\.0$/, '-1.1')))
    else if (references.some((one) => one !== path && renamed.has(one)))
      renamed.set(path, `${storePath(`${path} anew`).slice(0, 44)}${path.slice(44)}` as StorePath)
  return {
    root: now(root),
    paths: paths.map(({ path, references }) => ({ path: now(path), references: references.map(now) })),
  }
}

function row(layer: number, width: number): (readonly [number, number])[] {
  return Array.from({ length: width }, (_, at) => [layer, at] as const)
}
