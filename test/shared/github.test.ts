import { beforeEach, describe, expect, test } from '@jest/globals'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import { GitHubClient, GitHubUnavailable } from '../../actions/shared/github.ts'
import type { Question } from '../../actions/shared/githubanswer.ts'
import type { GitHubAnswer, GitHubRequest } from '../../actions/shared/ports.ts'
import { countingRandom, FakeClock, RecordingLog } from '../support/fakes.ts'

const MINUTE = 60_000
const GET: Question = { route: 'GET /repos/{owner}', parameters: { owner: 'acme' } }
const POST: Question = { ...GET, route: 'POST /repos/{owner}' }
const FINE: GitHubAnswer = { status: 200, headers: {}, data: { fine: true } }

type Said = Partial<GitHubAnswer> | Error
let clock: FakeClock
let log: RecordingLog
let asked: { readonly atMs: number; readonly etag: string | undefined; readonly timeoutMs: number }[]
let client: GitHubClient

/** Answers in this order; the last one again and again. */
function answering(...answers: readonly Said[]): void {
  const github: GitHubRequest = async (_route, _parameters, { etag, timeoutMs }) => {
    const said = answers[Math.min(asked.length, answers.length - 1)] ?? FINE
    asked.push({ atMs: clock.now(), etag, timeoutMs })
    if (said instanceof Error) throw said
    return { ...FINE, ...said }
  }
  client = new GitHubClient({ github, clock, log, random: countingRandom() })
}

const ask = (question: Question, ms = 60 * MINUTE, signal = new AbortController().signal) =>
  client.ask(question, { deadline: deadlineIn(clock, ms), signal })

beforeEach(() => {
  clock = new FakeClock()
  log = new RecordingLog()
  asked = []
})

describe('what has not changed', () => {
  test('is what it was, and not counted', async () => {
    answering({ headers: { etag: '"one"' } }, { status: 304, data: '' })
    expect((await ask(GET)).data).toEqual({ fine: true })
    expect((await ask(GET)).data).toEqual({ fine: true })
    expect(asked.map(({ etag }) => etag)).toEqual([undefined, '"one"'])
    expect([client.counted, client.unchanged]).toEqual([1, 1])
  })

  test('is something else for another question', async () => {
    answering({ headers: { etag: '"one"' } })
    await ask(GET)
    await ask({ ...GET, parameters: { owner: 'other' } })
    await ask(POST)
    await ask(POST)
    expect(asked.map(({ etag }) => etag)).toEqual([undefined, undefined, undefined, undefined])
  })

  test('is nothing that was never known', async () => {
    answering({ status: 304 }, FINE)
    expect((await ask(GET)).data).toEqual({ fine: true })
    expect([client.counted, client.unchanged]).toEqual([2, 0])
  })
})

describe('what may pass is asked again', () => {
  test.each<[string, Said]>([
    ['a server that cannot', { status: 502, data: '<html>' }],
    ['no answer', new ActionError('GET /repos/{owner}: no answer within 30 s.')],
    ['a page for people', { status: 200, data: '<h1>Unicorn!</h1>' }],
    ['a redirect to nowhere', { status: 301, data: {} }],
  ])('%s', async (_, said) => {
    answering(said, said, FINE)
    expect((await ask(GET)).data).toEqual({ fine: true })
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 500, 1_500])
    expect(client.counted).toBe(3)
    expect(log.of('info')[0]).toMatch(/ It is asked again in 500 ms\.$/)
  })

  test('but not earlier than the server wants to', async () => {
    answering({ status: 503, headers: { 'retry-after': '7' } }, FINE)
    await ask(GET)
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 7_000])
  })

  test('what is something else than what was asked for', async () => {
    answering({ data: { fine: 'no' } }, FINE)
    const isAnswer = (data: unknown): boolean => JSON.stringify(data) === '{"fine":true}'
    expect((await ask({ ...GET, isAnswer })).data).toEqual({ fine: true })
    expect(log.of('info')[0]).toContain(
      'GitHub answered with something else than what was asked for (status 200)',
    )
  })

  test('until the deadline', async () => {
    answering({ status: 500 })
    const failing = ask(GET, 10_000)
    await expect(failing).rejects.toThrow(GitHubUnavailable)
    await expect(failing).rejects.toThrow(
      'GitHub could not be asked: GET /repos/{owner}: GitHub answered that it cannot (status 500).',
    )
    expect(asked.at(-1)?.timeoutMs).toBeLessThan(10_000)
    expect(clock.now()).toBeLessThan(10_000)
  })

  test('unless it might then have been done twice', async () => {
    answering(new ActionError('POST /repos/{owner}: other side closed.'), FINE)
    await expect(ask(POST)).rejects.toThrow(
      'GitHub could not be asked: POST /repos/{owner}: other side closed.',
    )
    expect(asked).toHaveLength(1)
  })

  test('unless the caller gives up', async () => {
    const giveUp = new AbortController()
    answering(new ActionError('no'))
    const waiting = ask(GET, MINUTE, giveUp.signal)
    giveUp.abort(new Error('canceled by SIGINT'))
    await expect(waiting).rejects.toThrow('canceled by SIGINT')
  })

  test('unless it is a bug', async () => {
    answering(new TypeError('x is not a function'))
    await expect(ask(GET)).rejects.toThrow(TypeError)
  })
})

describe('a refusal is an answer', () => {
  test.each([401, 403, 404, 410, 422])('%i', async (status) => {
    answering({ status, data: { message: 'no' } })
    expect((await ask(GET)).status).toBe(status)
    expect(asked).toHaveLength(1)
  })

  test('and nothing at all is one, where there is nothing to say', async () => {
    answering({ status: 204, data: '' })
    expect((await ask(POST)).status).toBe(204)
  })
})

describe('who is told to wait waits', () => {
  test('for as long as GitHub says, whatever the request', async () => {
    answering({ status: 403, headers: { 'retry-after': '45' } }, FINE)
    expect((await ask(POST)).status).toBe(200)
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 45_000])
    expect(log.of('warning')).toEqual(['GitHub is asked too much at once: nothing is asked for 45 s.'])
  })

  test('after the last request of the hour, before the next one', async () => {
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1769860800',
      date: 'Sat, 31 Jan 2026 11:58:00 GMT',
    }
    answering({ headers }, FINE)
    await ask(GET)
    expect(clock.now()).toBe(0)
    await ask(GET)
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 121_000])
    expect(log.of('warning')[0]).toBe(
      'GitHub has answered all that this token may ask within the hour: nothing is asked for 2 min 1 s.',
    )
  })

  test('a minute where it is not said for how long, and longer each time', async () => {
    answering({ status: 429 }, { status: 429 }, { status: 429 }, FINE, { status: 429 }, FINE)
    await ask(GET)
    await ask(GET)
    expect(asked.map(({ atMs }) => atMs / MINUTE)).toEqual([0, 1, 3, 7, 7, 8])
  })

  test('also after an answer that nothing has changed', async () => {
    const headers = { 'x-ratelimit-remaining': '0' }
    answering({ headers: { etag: '"one"' } }, { status: 304, headers }, FINE)
    await ask(GET)
    await ask(GET)
    await ask(GET)
    expect(asked.map(({ atMs }) => atMs / MINUTE)).toEqual([0, 0, 1])
  })

  test('no shorter because a later answer wants less', async () => {
    const last = { headers: { 'x-ratelimit-remaining': '0' } }
    const bounds = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1',
      date: 'Sat, 31 Jan 2026 11:58:00 GMT',
    }
    answering(last, { headers: bounds }, FINE)
    await Promise.all([ask(GET), ask(GET)])
    await ask(GET)
    expect(asked.at(-1)?.atMs).toBe(MINUTE)
  })

  test('not beyond the deadline, and says so at once', async () => {
    answering({ status: 429, headers: { 'retry-after': '3600' } })
    await expect(ask(GET, 10 * MINUTE)).rejects.toThrow(
      'GitHub is asked too much at once: it wants to be asked nothing for 1 h, and 10 min are left.',
    )
    expect(clock.now()).toBe(0)
  })
})
