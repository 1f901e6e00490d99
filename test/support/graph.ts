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

/**
 * One root above `layers` of equal width. Each path but the last ones needs the one below it, and seven more of the
 * layer below, and itself: the root needs them all.
 */
export function layered(count: number, layers: number): { root: StorePath; paths: readonly TestPath[] } {
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

function row(layer: number, width: number): (readonly [number, number])[] {
  return Array.from({ length: width }, (_, at) => [layer, at] as const)
}
