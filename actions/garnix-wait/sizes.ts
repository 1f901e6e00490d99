import type { PathFacts } from './closure.ts'
import type { Facts } from './facts.ts'

export interface Sizes {
  readonly paths: number
  /** Of what the caches say. */
  readonly downloadBytes: number
  /** Of how many paths no cache says how much is to be downloaded. */
  readonly unsaid: number
  readonly unpackedBytes: number
}

export function sizesOf(closure: readonly PathFacts[]): Sizes {
  return {
    paths: closure.length,
    downloadBytes: closure.reduce((sum, { fileSize }) => sum + (fileSize ?? 0), 0),
    unsaid: closure.filter(({ fileSize }) => fileSize === undefined).length,
    unpackedBytes: closure.reduce((sum, { narSize }) => sum + narSize, 0),
  }
}

export interface Share extends Sizes {
  /** The address of a cache. */
  readonly cache: string
}

/** What each cache gives, in their order; a path of several configurations counts once. */
export function sharesOf({ caches, configurations }: Facts): readonly Share[] {
  const paths = new Map(
    configurations.flatMap(({ closure }) => closure?.found ?? []).map((found) => [found.path, found]),
  )
  const all = [...paths.values()]
  return caches.map((cache, place) => ({ cache, ...sizesOf(all.filter((path) => path.cache === place)) }))
}
