import { describe, expect, test } from '@jest/globals'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { waitForClosure } from '../../actions/garnix-wait/cachewait.ts'
import { closureOf, newClosure } from '../../actions/garnix-wait/closure.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { type Deadline, deadlineIn } from '../../actions/shared/deadline.ts'
import { narInfoText, storePath } from '../support/binarycache.ts'
import { FakeClock, RecordingLog, countingRandom } from '../support/fakes.ts'
import { A, B, C, NEEDS, ONE, ROOT, TWO, all, having, noName, scene } from './cachescene.ts'

describe('a closure that is complete', () => {
  test('is so at once, with one question for each path', async () => {
    const { wait, asked, log, clock } = scene({ [ONE]: having(all) })
    expect(await wait()).toEqual({ kind: 'complete', troubles: [] })
    expect(clock.now()).toBe(0)
    expect(asked.map(({ url }) => url)).toHaveLength(5)
    expect(log.of('info')).toEqual(['The caches have 4 paths of the closure: all that is needed.'])
  })

  test('is so whatever else is wrong, which is told', async () => {
    const { wait } = scene({ [ONE]: () => noName, [TWO]: having(all) })
    const troubles = [{ cache: ONE, words: 'getaddrinfo ENOTFOUND', isFinal: true }]
    expect(await wait()).toEqual({ kind: 'complete', troubles })
  })

  test('is so in the end when its paths appear one by one, in any order', async () => {
    const uploads = new Map([
      [ROOT, 10],
      [A, 0],
      [B, 50],
      [C, 200],
    ])
    const { wait, asked, log, clock } = scene({ [ONE]: having(uploads) })
    expect(await wait({ limitMs: 300_000 })).toMatchObject({ kind: 'complete' })
    expect(clock.now()).toBeGreaterThanOrEqual(200_000)
    expect(clock.now()).toBeLessThan(216_000)
    expect(log.of('info')).toEqual([
      'The caches have 0 paths of the closure; not yet: root.',
      'The caches have 2 paths of the closure; not yet: b, c.',
      'The caches have 3 paths of the closure; not yet: c.',
      'The caches have 4 paths of the closure: all that is needed.',
    ])
    // Only what is missing is asked for again, and past what proxies remember.
    const times = (path: StorePath) => asked.filter(({ url }) => url.includes(path.slice(11, 43)))
    expect(times(A)).toHaveLength(1)
    expect(times(C).length).toBeGreaterThan(times(B).length)
    expect(times(C).map(({ options }) => options.headers?.['cache-control'])).toEqual([
      undefined,
      ...Array.from({ length: times(C).length - 1 }, () => 'no-cache'),
    ])
  })
})

describe('the pauses', () => {
  const pauses = (asked: readonly { seconds: number; url: string }[]) => {
    const seconds = asked.filter(({ url }) => url.includes(ROOT.slice(11, 43))).map((one) => one.seconds)
    return seconds.slice(1).map((second, at) => second - (seconds[at] ?? 0))
  }

  test('grow from 2 to 15 seconds, of which each is between the half and the whole', async () => {
    const { wait, asked } = scene({ [ONE]: having(new Map()) })
    await wait({ limitMs: 60_000 })
    expect(pauses(asked).map((pause) => Number(pause.toFixed(1)))).toEqual([
      1, 2, 4, 7.5, 7.5, 7.5, 7.5, 7.5, 7.5, 6,
    ])
  })

  test('begin anew after something was found', async () => {
    const uploads = new Map([
      [ROOT, 0],
      [A, 20],
    ])
    const { wait, asked } = scene({ [ONE]: having(uploads) })
    await wait({ limitMs: 40_000 })
    const seconds = asked.filter(({ url }) => url.includes(C.slice(11, 43))).map((one) => one.seconds)
    expect(seconds.map(Math.floor)).toEqual([0, 1, 3, 7, 14, 22, 23, 25, 29, 36, 38])
  })

  test('begin anew when there is reason to hurry, also if that comes during a walk', async () => {
    for (const isDuringWalk of [false, true]) {
      const hurry = new AbortController()
      const { wait, asked, clock } = scene({
        [ONE]: (path, seconds) => {
          if (isDuringWalk && seconds > 20) hurry.abort()
          return having(new Map())(path, seconds)
        },
      })
      if (!isDuringWalk)
        void clock.sleep(25_000).then(() => {
          hurry.abort()
        })
      await wait({ limitMs: 60_000, hurry: hurry.signal })
      const rounded = pauses(asked).map((pause) => Number(pause.toFixed(1)))
      expect(rounded.slice(0, 4)).toEqual([1, 2, 4, 7.5])
      expect(rounded.slice(4)).toEqual(
        isDuringWalk ? [7.5, 0, 1, 2, 4, 7.5, 7.5, 7.5, 6.5] : [7.5, 3, 1, 2, 4, 7.5, 7.5, 7.5, 3.5],
      )
    }
  })
})

describe('a closure that is not complete in time', () => {
  test('is so with all that is missing, why, and who needs it', async () => {
    const { wait, clock, log } = scene({
      [ONE]: having(
        new Map([
          [ROOT, 0],
          [A, 0],
        ]),
      ),
      [TWO]: () => ({ status: 503 }),
    })
    const reasons = [
      { cache: ONE, kind: 'absent', words: 'it answers 404' },
      { cache: TWO, kind: 'unreachable', words: 'it answers 503' },
    ]
    expect(await wait()).toEqual({
      kind: 'incomplete',
      misses: [
        { path: B, neededBy: [ROOT], reasons },
        { path: C, neededBy: [ROOT], reasons },
      ],
      isUntrusted: false,
      troubles: [{ cache: TWO, words: 'it answers 503', isFinal: false }],
    })
    expect(clock.now()).toBe(58_000)
    expect(log.of('info')).toEqual(['The caches have 2 paths of the closure; not yet: b, c.'])
  })

  test('is looked at until a deadline that moves', async () => {
    const { wait, clock } = scene({ [ONE]: having(new Map()) })
    const first = deadlineIn(clock, 100_000)
    const second = deadlineIn(clock, 30_000)
    const current = () => (clock.now() < 10_000 ? first : second)
    const deadline: Deadline = {
      remainingMs: () => current().remainingMs(),
      passed: () => current().passed(),
    }
    await wait({ deadline })
    expect(clock.now()).toBe(28_000)
  })

  test('tells no more names than anybody reads', async () => {
    const five = ['v', 'w', 'x', 'y', 'z'].map(storePath)
    NEEDS.set(A, five)
    const { wait, log } = scene({
      [ONE]: having(
        new Map([
          [ROOT, 0],
          [A, 0],
          [B, 0],
          [C, 0],
        ]),
      ),
    })
    await wait({ limitMs: 1_000 })
    NEEDS.set(A, [])
    expect(log.of('info')).toEqual(['The caches have 4 paths of the closure; not yet: v, w, x and 2 more.'])
  })

  test('is not interesting to whoever gives up', async () => {
    const { wait, clock, giveUp } = scene({ [ONE]: having(new Map()) })
    void clock.sleep(20_000).then(() => {
      giveUp.abort(new Error('canceled by SIGINT'))
    })
    await expect(wait()).rejects.toThrow('canceled by SIGINT')
    expect(clock.now()).toBe(20_000)
  })

  test('is no excuse for a bug', async () => {
    const bug = new TypeError('a bug')
    await expect(scene({ [ONE]: () => bug }).wait()).rejects.toBe(bug)
  })
})

test('only what a cache has without a trusted signature makes a closure untrusted', async () => {
  const KEY = `k-1:${Buffer.alloc(32, 1).toString('base64')}`
  const { fetch, verdict } = await untrusted(KEY)
  expect(fetch).toBeGreaterThan(0)
  expect(verdict).toMatchObject({ kind: 'incomplete', isUntrusted: true, misses: [{ path: ROOT }] })
})

async function untrusted(key: string) {
  const clock = new FakeClock()
  let fetched = 0
  const fetch = async () => {
    fetched += 1
    return { status: 200, headers: {}, body: narInfoText({ path: ROOT, references: [] }) }
  }
  const closure = newClosure([ROOT])
  const rules = { caches: [parseCache(`${ONE} ${key}`, [])], requireSignatures: true }
  const world = { fetch, clock, log: new RecordingLog(), random: countingRandom() }
  const until = { deadline: deadlineIn(clock, 1_000), signal: new AbortController().signal }
  const verdict = await waitForClosure(closure, { rules, world }, until)
  expect(closureOf(closure)).toEqual([])
  return { fetch: fetched, verdict }
}
