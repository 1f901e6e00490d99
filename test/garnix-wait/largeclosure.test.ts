import { expect, test } from '@jest/globals'
import { askersFor } from '../../actions/garnix-wait/asking.ts'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { closureOf, missesOf, newClosure } from '../../actions/garnix-wait/closure.ts'
import { walk } from '../../actions/garnix-wait/walk.ts'
import { clock } from '../../actions/shared/adapters/clock.ts'
import { newFetch } from '../../actions/shared/adapters/fetch.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { newSigningKey, startBinaryCache } from '../support/binarycache.ts'
import { layered } from '../support/graph.ts'

test('a large closure in two caches is walked over no more than 100 connections to each, each path once', async () => {
  const key = newSigningKey('mine-1')
  const { root, paths } = layered(1_000, 4)
  await using even = await startBinaryCache()
  await using odd = await startBinaryCache()
  const [lost = { path: root, references: [] }] = paths.slice(-1)
  even.add(
    paths.filter((one, at) => at % 2 === 0 && one !== lost),
    [key],
  )
  odd.add(
    paths.filter((one, at) => at % 2 === 1 && one !== lost),
    [key],
  )
  const caches = [even, odd].map(({ url }) => parseCache(`${url} ${key.trusted}`, []))
  const world = { fetch: newFetch(), clock, deadline: deadlineIn(clock, 60_000) }
  const askers = askersFor({ caches, requireSignatures: true }, world)
  const signal = new AbortController().signal

  const closure = newClosure([root])
  await walk(closure, askers, signal)
  expect(missesOf(closure)).toMatchObject([
    { path: lost.path, reasons: [{ kind: 'absent' }, { kind: 'absent' }] },
  ])
  expect(missesOf(closure)[0]?.neededBy.length).toBeGreaterThan(0)
  expect(closureOf(closure)).toHaveLength(paths.length - 1)
  expect(even.asked).toHaveLength(paths.length)
  // Where many wait, the second one is asked only for what the first one lacks.
  expect(odd.asked.length).toBeLessThan(paths.length)
  for (const { asked, connections } of [even, odd]) {
    expect(new Set(asked).size).toBe(asked.length)
    expect(connections.most).toBeLessThanOrEqual(100)
    // None of the answers came too late to be waited for: every connection was used again and again.
    expect(connections.total).toBeLessThanOrEqual(100)
  }

  odd.add([lost], [key])
  const before = odd.asked.length
  await walk(closure, askers, signal)
  expect(missesOf(closure)).toEqual([])
  expect(odd.asked).toHaveLength(before + 1)
}, 60_000)
