import { expect, test } from '@jest/globals'
import { closureOf, missesOf, newClosure } from '../../actions/garnix-wait/closure.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { MAX_PATHS, type Answer, type Asking, type Question, walk } from '../../actions/garnix-wait/walk.ts'
import { storePath } from '../support/binarycache.ts'
import { FakeCaches, type Graph } from './fakecaches.ts'

const never = new AbortController().signal
const [A, B, C, D] = ['a', 'b', 'c', 'd'].map(storePath) as [StorePath, StorePath, StorePath, StorePath]
const CHAIN: Graph = new Map([
  [A, [B, A]],
  [B, [C]],
  [C, []],
  [D, [C]],
])

test('the first cache in order is the one that gave a path', async () => {
  const closure = newClosure([A])
  await walk(closure, new FakeCaches(CHAIN, 3, (path, cache) => cache > 0 || path === B), never)
  expect(closureOf(closure).map(({ path, cache }) => [path, cache])).toEqual([
    [A, 1],
    [B, 0],
    [C, 1],
  ])
})

test('so is the first cache that answers late, and nothing is checked that would not count', async () => {
  for (const late of [0, 1]) {
    const caches = new FakeCaches(CHAIN, 2, () => true)
    let checks = 0
    const closure = newClosure([C, A])
    await walk(
      closure,
      {
        caches: 2,
        ask: async (question, signal) => {
          // A is what the walk waits for, in both caches.
          const isSlow = question.path === A ? question.cache !== late : question.cache === late
          for (let turn = 0; turn < (isSlow ? 20 : 0); turn++) await Promise.resolve()
          const answer = await caches.ask(question, signal)
          if ('reason' in answer) return answer
          const doubt = (): ReturnType<typeof answer.doubt> => {
            if (question.path === C) checks += 1
            return answer.doubt()
          }
          return question.path === A && question.cache === late ? absent(question) : { ...answer, doubt }
        },
      },
      never,
    )
    expect(closureOf(closure).find(({ path }) => path === C)?.cache).toBe(0)
    expect(checks).toBe(late === 0 ? 2 : 1)
  }
})

function absent({ cache }: Question): Answer {
  return { reason: { cache: `cache ${cache}`, kind: 'absent', words: 'it answers 404' } }
}

test('an answer that comes after the walk was given up leaves no reasons', async () => {
  let late: (answer: Answer) => void = () => {}
  const giveUp = new AbortController()
  const closure = newClosure([A])
  const walking = walk(
    closure,
    { caches: 1, ask: () => new Promise((resolve) => (late = resolve)) },
    giveUp.signal,
  )
  giveUp.abort(new Error('canceled'))
  await expect(walking).rejects.toThrow('canceled')
  late({ reason: { cache: 'cache 0', kind: 'absent', words: 'it answers 404' } })
  await new Promise((resolve) => setImmediate(resolve))
  expect(closure.missing.size).toBe(0)
})

test('a cache that never answers holds nothing up when others have everything', async () => {
  const caches = new FakeCaches(CHAIN, 2, () => true)
  const signals: AbortSignal[] = []
  const closure = newClosure([A])
  const stuck: Asking = {
    caches: 2,
    ask: (question, signal) => {
      signals.push(signal)
      return question.cache === 0 ? new Promise<Answer>(() => {}) : caches.ask(question, signal)
    },
  }
  await walk(closure, stuck, never)
  expect(missesOf(closure)).toEqual([])
  expect(signals.every((signal) => signal.aborted)).toBe(true)
})

test('an answer that comes when the walk is over changes nothing', async () => {
  let late: (answer: Answer) => void = () => {}
  const caches = new FakeCaches(CHAIN, 2, () => true)
  const closure = newClosure([C])
  const asked: string[] = []
  await walk(
    closure,
    {
      caches: 2,
      ask: (question, signal) => {
        asked.push(question.path)
        return question.cache === 1
          ? caches.ask(question, signal)
          : new Promise((resolve) => (late = resolve))
      },
    },
    never,
  )
  late({
    facts: { path: C, narSize: 9, narHash: '', fileSize: 9, references: [D], cache: 0 },
    doubt: async () => undefined,
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(closureOf(closure)).toEqual([
    { path: C, narSize: 1, narHash: '', fileSize: 1, references: [], cache: 1 },
  ])
  expect(asked).toEqual([C, C])
})

test('a check that ends when the walk is over changes nothing either', async () => {
  let late: (reason: undefined) => void = () => {}
  const caches = new FakeCaches(CHAIN, 2, () => true)
  const closure = newClosure([C])
  await walk(
    closure,
    {
      caches: 2,
      ask: async (question, signal) => {
        const answer = await caches.ask(question, signal)
        if (question.cache === 1 || 'reason' in answer) return answer
        return { ...answer, doubt: () => new Promise((resolve) => (late = resolve)) }
      },
    },
    never,
  )
  late(undefined)
  await new Promise((resolve) => setImmediate(resolve))
  expect(closureOf(closure).map(({ cache }) => cache)).toEqual([1])
})

test('two closures may share what they have found', async () => {
  const one = newClosure([A])
  await walk(one, new FakeCaches(CHAIN, 1, () => true), never)
  const two = newClosure([D], one.found)
  const caches = new FakeCaches(CHAIN, 1, () => true)
  await walk(two, caches, never)
  expect(caches.asked).toEqual([`0 ${D}`])
  expect(closureOf(two).map(({ path }) => path)).toEqual([D, C])
  expect(closureOf(one).map(({ path }) => path)).toEqual([A, B, C])
  expect(closureOf(one, [B]).map(({ path }) => path)).toEqual([B, C])
})

test('what is missing before anybody was asked has no reasons', () => {
  expect(missesOf(newClosure([A]))).toEqual([{ path: A, neededBy: [], reasons: [] }])
})

test('a chain as long as a closure can be is walked', async () => {
  const paths = Array.from({ length: 20_000 }, (_, at) => storePath(`link-${at}`))
  const chain = new Map(paths.map((path, at) => [path, paths.slice(at + 1, at + 2)]))
  const closure = newClosure(paths.slice(0, 1))
  await walk(closure, new FakeCaches(chain, 1, () => true), never)
  expect(closureOf(closure)).toHaveLength(20_000)
  await walk(newClosure(paths.slice(0, 1), closure.found), new FakeCaches(chain, 1, () => true), never)
}, 60_000)

test('a cache that invents paths without end is given up', async () => {
  let made = 0
  const inventing: Asking = {
    caches: 1,
    ask: async ({ path }) => {
      const references = [`/nix/store/${made++}`, `/nix/store/${made++}`] as StorePath[]
      const facts = { path, narSize: 1, narHash: '', fileSize: 1, references, cache: 0 }
      return { facts, doubt: async () => undefined }
    },
  }
  await expect(walk(newClosure([A]), inventing, never)).rejects.toThrow(
    `the closure of ${A} has more than ${MAX_PATHS} paths: no system has; one of the caches leads astray`,
  )
  expect(made).toBeLessThanOrEqual(2 * MAX_PATHS)
}, 60_000)

test('ends with the reason of the signal, also if it was aborted before', async () => {
  const giveUp = new AbortController()
  const walking = walk(newClosure([A]), { caches: 1, ask: () => new Promise(() => {}) }, giveUp.signal)
  giveUp.abort(new Error('canceled by SIGINT'))
  await expect(walking).rejects.toThrow('canceled by SIGINT')
  await expect(walk(newClosure([A]), new FakeCaches(CHAIN, 1, () => true), giveUp.signal)).rejects.toThrow(
    'canceled by SIGINT',
  )
})

test('a bug in asking ends the walk', async () => {
  const broken: Asking = { caches: 2, ask: () => Promise.reject(new TypeError('a bug')) }
  await expect(walk(newClosure([A]), broken, never)).rejects.toThrow(new TypeError('a bug'))
})
