import { expect, test } from '@jest/globals'
import { askersFor } from '../../actions/garnix-wait/asking.ts'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { closureOf, missesOf, newClosure } from '../../actions/garnix-wait/closure.ts'
import { oldClosures } from '../../actions/garnix-wait/oldclosures.ts'
import { walk } from '../../actions/garnix-wait/walk.ts'
import { clock } from '../../actions/shared/adapters/clock.ts'
import { newFetch } from '../../actions/shared/adapters/fetch.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { newSigningKey, startBinaryCache } from '../support/binarycache.ts'
import { layered, updated, type Graph } from '../support/graph.ts'

const KEY = newSigningKey('mine-1')
const NOW = layered(400, 8)
/** Both share most of what they need with the new one, and some with each other. */
const OLD = updated(NOW, (path) => path.includes('layer2-package-7-'))
const OLDER = updated(OLD, (path) => /layer0-package-\d-/.test(path))

const pathsOf = ({ paths }: Graph) => paths.map(({ path }) => path)

test('of older closures only what no other has is asked for, and that once', async () => {
  await using cache = await startBinaryCache()
  for (const { paths } of [NOW, OLD, OLDER]) cache.add(paths, [KEY])
  const world = { fetch: newFetch(), clock, deadline: deadlineIn(clock, 60_000) }
  const caches = [parseCache(`${cache.url} ${KEY.trusted}`, [])]
  const asking = askersFor({ caches, requireSignatures: true }, world)
  const { signal } = new AbortController()
  const now = newClosure([NOW.root])
  await walk(now, asking, signal)
  expect(new Set(cache.taken()).size).toBe(NOW.paths.length)

  const old = await oldClosures([OLD.root, OLDER.root], { found: now.found, asking }, signal)
  const unseen = new Set([...pathsOf(OLD), ...pathsOf(OLDER)].filter((path) => !now.found.has(path)))
  expect(unseen.size).toBeGreaterThan(50)
  expect(unseen.size).toBeLessThan(NOW.paths.length)
  expect(cache.taken().toSorted()).toEqual(
    [...unseen].map((path) => `/${path.slice(11, 43)}.narinfo`).toSorted(),
  )
  for (const graph of [OLD, OLDER]) {
    const closure = { ...old, roots: [graph.root] }
    expect(missesOf(closure)).toEqual([])
    expect(
      closureOf(closure)
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(pathsOf(graph).toSorted())
  }
  expect(now.found.size).toBe(NOW.paths.length)
})

test('without any nothing is asked', async () => {
  const asking = {
    caches: 1,
    ask: async () => {
      throw new Error('Something was asked for.')
    },
  }
  const old = await oldClosures([], { found: new Map(), asking }, new AbortController().signal)
  expect(old.found.size).toBe(0)
})
