import { describe, expect, test } from '@jest/globals'
import { closureOf, missesOf, newClosure } from '../../actions/garnix-wait/closure.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { walk } from '../../actions/garnix-wait/walk.ts'
import { storePath } from '../support/binarycache.ts'
import { seeded } from '../support/graph.ts'
import { FakeCaches, type Graph } from './fakecaches.ts'

const never = new AbortController().signal

/** Paths that refer to any others, themselves and each other in circles included. */
function randomGraph(random: () => number): { names: readonly StorePath[]; graph: Graph } {
  const names = Array.from({ length: 1 + Math.floor(random() * 40) }, (_, at) => storePath(`path-${at}`))
  const any = () => names[Math.floor(random() * names.length)] ?? storePath('path-0')
  const graph = new Map(names.map((name) => [name, Array.from({ length: Math.floor(random() * 4) }, any)]))
  return { names, graph }
}

/** What has to be found, and what missed: thought out in another way than the walk does it. */
function expected(graph: Graph, roots: readonly StorePath[], isThere: (path: StorePath) => boolean) {
  const needed = new Set(roots)
  for (let size = -1; size !== needed.size;) {
    size = needed.size
    for (const path of [...needed])
      if (isThere(path)) for (const one of graph.get(path) ?? []) needed.add(one)
  }
  return {
    found: [...needed].filter(isThere).sort(),
    missed: [...needed].filter((path) => !isThere(path)).sort(),
  }
}

describe('over any graph and any caches', () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'a walk asks for each path once, and finds exactly what is missing: %i',
    async (seed) => {
      const random = seeded(seed)
      const { names, graph } = randomGraph(random)
      const count = 1 + Math.floor(random() * 3)
      const share = random() < 0.3 ? 1 : random()
      const held = new Map(names.map((name) => [name, Array.from({ length: count }, () => random() < share)]))
      const caches = new FakeCaches(graph, count, (path, cache) => held.get(path)?.[cache] === true)
      caches.random = random
      caches.doubted = new Set(names.filter(() => random() < 0.1))
      const isThere = (path: StorePath) =>
        !caches.doubted.has(path) && held.get(path)?.includes(true) === true
      const roots = [...new Set([names[0], names.at(-1)])].filter((name) => name !== undefined)

      const closure = newClosure(roots)
      await walk(closure, caches, never)
      const { found, missed } = expected(graph, roots, isThere)
      expect(
        closureOf(closure)
          .map(({ path }) => path)
          .sort(),
      ).toEqual(found)
      expect(
        missesOf(closure)
          .map(({ path }) => path)
          .sort(),
      ).toEqual(missed)
      expect(new Set(caches.asked).size).toBe(caches.asked.length)

      for (const { path, neededBy, reasons } of missesOf(closure)) {
        const chain = [...neededBy, path]
        expect(roots).toContain(chain[0])
        for (const [at, one] of neededBy.entries()) expect(graph.get(one)).toContain(chain[at + 1])
        expect(reasons).toHaveLength(count)
      }

      // Everything appears: only what was missing, and what lies below it, is asked for.
      const known = new Set(closure.found.keys())
      const unknown = [...closure.missing.keys()].sort()
      const whole = new FakeCaches(graph, 1, () => true)
      await walk(closure, whole, never)
      expect(missesOf(closure)).toEqual([])
      expect(whole.asked.filter((line) => known.has(line.slice(2) as StorePath))).toEqual([])
      expect([...whole.again].sort()).toEqual(unknown)
      expect(unknown).toEqual(expect.arrayContaining(missed))
    },
  )
})
