import { expect, test } from '@jest/globals'
import type { GitHubRequest } from '../../actions/shared/ports.ts'
import { githubOf } from '../../actions/update-flake-pr/asking.ts'
import { countingRandom, FakeClock, RecordingLog } from '../support/fakes.ts'

const ANSWER = { status: 200, headers: {}, data: {} }

/** A GitHub that answers like this. */
function asking(github: GitHubRequest) {
  const [clock, canceling] = [new FakeClock(), new AbortController()]
  const world = {
    ...{ clock, log: new RecordingLog(), random: countingRandom(), cancel: canceling.signal },
    ...{ githubWith: () => github, repository: { owner: 'acme', repo: 'infra' } },
  }
  return { ...githubOf('secret', world), clock, canceling }
}

test('every question is about this repository, unless it says another or is GraphQL', async () => {
  const asked: unknown[] = []
  const { ask } = asking((_, parameters) => {
    asked.push(parameters)
    return Promise.resolve(ANSWER)
  })
  await ask('GET /repos/{owner}/{repo}')
  await ask('GET /repos/{owner}/{repo}', { owner: 'other' })
  await ask('POST /graphql', { query: 'query' })
  const own = { owner: 'acme', repo: 'infra' }
  expect(asked).toEqual([own, { ...own, owner: 'other' }, { query: 'query' }])
})

test('what must not be left behind is asked for even when the run is canceled, but not for long', async () => {
  const { ask, askAtLast, clock, canceling } = asking((route, _, { signal }) => {
    signal?.throwIfAborted()
    return Promise.resolve(route.startsWith('GET ') ? { ...ANSWER, status: 502 } : ANSWER)
  })
  expect(await askAtLast('DELETE /x')).toEqual(ANSWER)
  canceling.abort(new Error('canceled'))
  await expect(ask('DELETE /x')).rejects.toThrow('canceled')
  expect(await askAtLast('DELETE /x')).toEqual(ANSWER)
  await expect(askAtLast('GET /x')).rejects.toThrow(/status 502/)
  expect(clock.now()).toBeLessThan(5_000)
})

test('what fails is not asked for again where nobody has canceled', async () => {
  const { askAtLast, clock } = asking(() => Promise.resolve({ ...ANSWER, status: 502 }))
  await expect(askAtLast('POST /x')).rejects.toThrow(/status 502/)
  expect(clock.now()).toBe(0)
})

test('a GitHub that is out of order is given up within minutes, one that wants to rest is not', async () => {
  const { ask, clock } = asking(() => Promise.resolve({ ...ANSWER, status: 502 }))
  await expect(ask('GET /x')).rejects.toThrow(/status 502/)
  expect(clock.now() / 60_000).toBeLessThan(6)
  let count = 0
  const busy = { status: 429, headers: { 'retry-after': '60' }, data: {} }
  const other = asking(() => Promise.resolve(++count > 20 ? ANSWER : busy))
  expect(await other.ask('GET /x')).toEqual(ANSWER)
})
