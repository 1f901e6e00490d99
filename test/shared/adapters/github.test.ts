import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { GitHubRequest } from '../../../actions/shared/ports.ts'
import { fakeGitHub, type FakeGitHub } from '../../support/github/server.ts'
import { freePort } from '../../support/sshd.ts'

const RUNS = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs'
const COMMIT = { owner: 'acme', repo: 'infra', ref: 'a'.repeat(40) }
const PATIENT = { timeoutMs: 60_000 }

let github: FakeGitHub
let request: GitHubRequest

beforeAll(async () => {
  github = await fakeGitHub()
  // The client reads it when it is loaded, which is at the first request.
  process.env['GITHUB_API_URL'] = github.url
  const { githubRequest } = await import('../../../actions/shared/adapters/github.ts')
  request = githubRequest('secret')
})

afterAll(async () => {
  delete process.env['GITHUB_API_URL']
  await github[Symbol.asyncDispose]()
})

beforeEach(() => {
  github.disturb = () => undefined
  github.exchanges.length = 0
})

afterEach(() => {
  github.verify()
})

describe('an answer', () => {
  test('is its status, its headers and what it holds', async () => {
    github.state.addRun({ sha: COMMIT.ref, name: 'nixosConfig web' })
    const answer = await request(RUNS, { ...COMMIT, check_name: 'nixosConfig web' }, PATIENT)
    expect(answer.status).toBe(200)
    expect(answer.headers['etag']).toMatch(/^W\//)
    expect(answer.data).toMatchObject({ total_count: 1, check_runs: [{ name: 'nixosConfig web' }] })
    expect(github.exchanges).toEqual([
      {
        method: 'GET',
        path: `/repos/acme/infra/commits/${COMMIT.ref}/check-runs?check_name=nixosConfig%20web`,
        authorization: 'token secret',
        status: 200,
      },
    ])
  })

  test('that nothing has changed is one', async () => {
    const { headers } = await request(RUNS, COMMIT, PATIENT)
    const again = await request(RUNS, COMMIT, { ...PATIENT, etag: headers['etag'] ?? '' })
    expect(again.status).toBe(304)
  })

  test('to a body is what was made of it', async () => {
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments'
    const answer = await request(
      route,
      { ...COMMIT, ref: undefined, issue_number: 7, body: 'words' },
      PATIENT,
    )
    expect(answer.status).toBe(201)
    expect(github.state.comments.map(({ issue, body }) => [issue, body])).toEqual([[7, 'words']])
  })

  test('to GraphQL is what it asked for', async () => {
    const answer = await request('POST /graphql', { query: 'query { viewer { login } }' }, PATIENT)
    expect(answer).toMatchObject({
      status: 200,
      data: { data: { viewer: { login: 'github-actions[bot]' } } },
    })
  })

  test('to GraphQL comes from another place of an Enterprise server', async () => {
    process.env['GITHUB_API_URL'] = `${github.url}/api/v3`
    github.disturb = () => ({ status: 204 })
    await request('POST /graphql', { query: 'query { viewer { login } }' }, PATIENT)
    process.env['GITHUB_API_URL'] = github.url
    expect(github.exchanges).toMatchObject([{ path: '/api/graphql', authorization: 'token secret' }])
  })

  test.each([401, 403, 404, 422, 429, 500, 503])('of status %i is one', async (status) => {
    const body = JSON.stringify({ message: 'no' })
    github.disturb = () => ({
      status,
      body,
      headers: { 'content-type': 'application/json', 'retry-after': '7' },
    })
    const answer = await request(RUNS, COMMIT, PATIENT)
    expect(answer).toMatchObject({ status, headers: { 'retry-after': '7' }, data: { message: 'no' } })
  })

  test('of a page for people is its text', async () => {
    const headers = { 'content-type': 'text/html' }
    github.disturb = () => ({ status: 200, body: '<h1>Unicorn!</h1>', headers })
    expect((await request(RUNS, COMMIT, PATIENT)).data).toBe('<h1>Unicorn!</h1>')
  })

  test('without anything in it is one', async () => {
    github.disturb = () => ({ status: 204 })
    expect(await request(RUNS, COMMIT, PATIENT)).toMatchObject({ status: 204 })
  })

  test('of another host is got without the token', async () => {
    await using other = await fakeGitHub()
    github.disturb = () => ({ status: 302, headers: { location: `${other.url}/user` } })
    expect(await request(RUNS, COMMIT, PATIENT)).toMatchObject({ status: 401 })
    expect(other.exchanges).toMatchObject([{ path: '/user', authorization: undefined }])
  })
})

describe('no answer', () => {
  test('in time', async () => {
    github.disturb = () => 'hang'
    await expect(request(RUNS, COMMIT, { timeoutMs: 99.5 })).rejects.toThrow(
      `${RUNS}: no answer within 100 ms.`,
    )
  })

  test('that is whole', async () => {
    github.disturb = () => 'cut'
    await expect(request(RUNS, COMMIT, PATIENT)).rejects.toThrow(
      /^GET .*check-runs: (terminated|other side closed)\.$/,
    )
  })

  test('that ends', async () => {
    const body = 'x'.repeat(65 * 1_048_576)
    github.disturb = () => ({ status: 200, body, headers: { 'content-type': 'application/json' } })
    await expect(request(RUNS, COMMIT, PATIENT)).rejects.toThrow('the answer is longer than 67108864 bytes.')
  })

  test('because the caller gave up, for his reason', async () => {
    github.disturb = () => 'hang'
    const giveUp = new AbortController()
    const waiting = request(RUNS, COMMIT, { ...PATIENT, signal: giveUp.signal })
    setTimeout(() => {
      giveUp.abort(new Error('canceled by SIGINT'))
    }, 20)
    await expect(waiting).rejects.toThrow('canceled by SIGINT')
  })

  test('because nobody listens', async () => {
    const port = await freePort()
    github.disturb = () => ({ status: 302, headers: { location: `http://localhost:${port}/` } })
    await expect(request(RUNS, COMMIT, PATIENT)).rejects.toThrow(/ECONNREFUSED/)
  })
})
