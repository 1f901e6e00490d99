import { describe, expect, test } from '@jest/globals'
import { askersFor } from '../../actions/garnix-wait/asking.ts'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import type { FetchAnswer, FetchOptions } from '../../actions/shared/ports.ts'
import { narInfoText, newSigningKey, storePath } from '../support/binarycache.ts'
import { FakeClock } from '../support/fakes.ts'

const never = new AbortController().signal
const KEY = newSigningKey('mine-1')
const PATH = storePath('one-1.0')
const URL = 'https://cache.example.org'
const TEXT = narInfoText({ path: PATH, references: [] }, [KEY])

type Say = Partial<FetchAnswer> | Error

/** One cache that says these things one after the other, the last of them for ever. */
function scene(says: readonly Say[], { requireSignatures = true, limitMs = 60_000, netrc = false } = {}) {
  const clock = new FakeClock()
  const asked: (FetchOptions & { url: string })[] = []
  const fetch = async (url: string, options: FetchOptions) => {
    asked.push({ url, ...options })
    const say = says[Math.min(asked.length, says.length) - 1] ?? {}
    if (say instanceof Error) throw say
    return { status: 200, headers: {}, body: TEXT, ...say }
  }
  const logins = netrc ? [{ machine: 'cache.example.org', login: 'me', password: 'secret' }] : []
  const cache = parseCache(`${URL} ${KEY.trusted}`, logins)
  const world = { fetch, clock, deadline: deadlineIn(clock, limitMs) }
  const askers = askersFor({ caches: [cache], requireSignatures }, world)
  const ask = async (isAgain = false, signal = never) => {
    const answer = await askers.ask({ cache: 0, path: PATH, isAgain }, signal)
    if ('reason' in answer) return answer.reason
    return (await answer.doubt()) ?? answer.facts
  }
  return { ask, asked, clock, askers }
}

/** Of what every path of these caches holds. */
const NAR_HASH = '1mi14cqk363wv368ffiiy01knardmnlyphi6h9xv6dkjz44hk30i'
const FACTS = { path: PATH, narSize: 1_000, narHash: NAR_HASH, fileSize: 300, references: [], cache: 0 }
const down = (words: string, code?: string) =>
  new ActionError(`${words}.`, { cause: Object.assign(new Error(words), { code }) })

describe('one answer', () => {
  test('with a trusted narinfo is facts', async () => {
    const { ask, asked } = scene([{}])
    expect(await ask()).toEqual(FACTS)
    expect(asked).toEqual([
      expect.objectContaining({
        url: `${URL}/${PATH.slice(11, 43)}.narinfo`,
        headers: {},
        timeoutMs: 15_000,
      }),
    ])
  })

  test.each<[Say, string, string]>([
    [{ status: 404 }, 'absent', 'it answers 404'],
    [{ status: 410 }, 'absent', 'it answers 410'],
    [{ status: 403 }, 'absent', 'it answers 403'],
    [{ status: 404, headers: { age: '0' } }, 'absent', 'it answers 404'],
    [
      { status: 404, headers: { age: '90' } },
      'absent',
      'it answers 404, which something in front of it remembers for 1 min 30 s already',
    ],
    [{ status: 401 }, 'denied', 'it answers 401: it does not know the credentials, or wants some'],
    [{ status: 429 }, 'unreachable', 'it answers 429'],
    [{ status: 408 }, 'unreachable', 'it answers 408'],
    [{ status: 500 }, 'unreachable', 'it answers 500'],
    [{ status: 503 }, 'unreachable', 'it answers 503'],
    [{ status: 204 }, 'unusable', 'it answers 204'],
    [{ status: 304 }, 'unusable', 'it answers 304'],
    [{ status: 418 }, 'unusable', 'it answers 418'],
    [{ headers: { 'content-encoding': 'br' } }, 'unusable', 'it answers compressed, which was not asked for'],
    [{ body: '<html>\n' }, 'unusable', "it is no narinfo: it holds the line '<html>'"],
    [{ body: TEXT.replace(/^Sig.*\n/m, '') }, 'untrusted', 'it is signed by nobody'],
    [down('connect ECONNREFUSED'), 'unreachable', 'connect ECONNREFUSED'],
  ])('like %j is %s', async (say, kind, words) => {
    expect(await scene([say]).ask()).toEqual({ cache: URL, kind, words })
  })

  test('that is not to be signed is not checked', async () => {
    const unsigned = { body: TEXT.replace(/^Sig.*\n/m, '') }
    expect(await scene([unsigned], { requireSignatures: false }).ask()).toEqual(FACTS)
  })

  test('is asked for past what proxies remember, the second time', async () => {
    const { ask, asked } = scene([{}], { netrc: true })
    await ask()
    await ask(true)
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`
    expect(asked.map(({ headers }) => headers)).toEqual([
      { authorization },
      { authorization, 'cache-control': 'no-cache' },
    ])
  })

  test.each([new TypeError('a bug'), new Error('another')])('is no excuse for a bug: %s', async (bug) => {
    await expect(scene([bug]).ask()).rejects.toBe(bug)
  })

  test('is not waited for by one who has given up', async () => {
    const gone = AbortSignal.abort(new Error('canceled'))
    const { ask, asked } = scene([{}])
    await expect(ask(false, gone)).rejects.toThrow('canceled')
    expect(asked).toEqual([])
    const giveUp = new AbortController()
    const failing = scene([down('aborted')])
    const asking = failing.ask(false, giveUp.signal)
    giveUp.abort(new Error('canceled'))
    await expect(asking).rejects.toThrow('canceled')
  })

  test('of a cache that is none of them is a bug', () => {
    const { askers } = scene([{}])
    expect(() => askers.ask({ cache: 1, path: PATH, isAgain: false }, never)).toThrow('There is no cache 1.')
  })
})

describe('a cache is left in peace', () => {
  test('after five failures in a row, until the next walk', async () => {
    const { ask, asked, askers } = scene([down('no answer within 15 s'), { status: 502 }])
    for (let count = 0; count < 9; count++) expect(await ask()).toMatchObject({ kind: 'unreachable' })
    expect(asked).toHaveLength(5)
    expect(await ask()).toMatchObject({ words: 'it answers 502' })
    askers.fresh()
    await ask()
    expect(asked).toHaveLength(6)
  })

  test('but not when it answers between failures', async () => {
    const bad = { status: 502 }
    const { ask, asked } = scene([bad, bad, bad, bad, { status: 404 }, bad, bad, bad, bad, {}, bad])
    for (let count = 0; count < 14; count++) await ask()
    expect(asked).toHaveLength(14)
  })

  test.each<[string, Say]>([
    ['wants credentials', { status: 401 }],
    ['has no address', down('getaddrinfo ENOTFOUND', 'ENOTFOUND')],
  ])('at once if it %s', async (_, say) => {
    const { ask, asked } = scene([say])
    expect(await ask()).toEqual(await ask())
    expect(asked).toHaveLength(1)
  })

  test('for as long as it wishes', async () => {
    const { ask, asked, askers, clock } = scene([{ status: 429, headers: { 'retry-after': '30' } }, {}])
    await ask()
    const resting = { kind: 'unreachable', words: 'it answers 429, and wants a rest of 30 s' }
    expect(await ask()).toMatchObject(resting)
    clock.advance(29_999)
    askers.fresh()
    expect(await ask()).toMatchObject(resting)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    askers.fresh()
    expect(await ask()).toEqual(FACTS)
  })

  test.each(['0', 'Mon, 23 Nov 2026 13:00:00 GMT', '-5'])('not for a wish like %s', async (wish) => {
    const { ask, asked } = scene([{ status: 503, headers: { 'retry-after': wish } }, {}])
    await ask()
    expect(await ask()).toEqual(FACTS)
    expect(asked).toHaveLength(2)
  })

  test('when the time is up, which no answer outlasts', async () => {
    const { ask, asked, clock } = scene([{}], { limitMs: 10_000 })
    await ask()
    clock.advance(9_000)
    await ask()
    clock.advance(1_000)
    expect(await ask()).toMatchObject({ words: 'the time was up before it was asked' })
    expect(asked.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 1_000])
  })
})

test('at most 100 are asked at the same time', async () => {
  const clock = new FakeClock()
  let open = 0
  let most = 0
  const fetch = async () => {
    most = Math.max(most, ++open)
    await new Promise((resolve) => setImmediate(resolve))
    open -= 1
    return { status: 404, headers: {}, body: '' }
  }
  const world = { fetch, clock, deadline: deadlineIn(clock, 60_000) }
  const { ask } = askersFor({ caches: [parseCache(URL, [])], requireSignatures: false }, world)
  const asked = Array.from({ length: 350 }, () => ask({ cache: 0, path: PATH, isAgain: false }, never))
  await Promise.all(asked)
  expect(most).toBe(100)
})
