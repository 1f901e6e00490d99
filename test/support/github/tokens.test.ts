/** What the fake lets a token do, and how it refuses, as GitHub does. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ask } from './client.ts'
import { fakeGitHub, type FakeGitHub } from './server.ts'

const REPO = '/repos/acme/infra'
const JOB = 'Resource not accessible by integration'
const PERSON = 'Resource not accessible by personal access token'

let github: FakeGitHub
let first = ''

beforeAll(async () => {
  github = await fakeGitHub()
})

beforeEach(() => {
  const permissions = ['contents: read']
  github.state.clear()
  first = github.state.seed({ 'flake.lock': 'one' })
  github.tokens
    .set('job', { login: 'github-actions[bot]', permissions })
    .set('app', { login: 'acme-updater[bot]', permissions })
    .set('fine', { login: 'alice', permissions })
    .set('classic', { login: 'alice', scopes: [] })
    .set('everything', { login: 'alice', scopes: ['repo'] })
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
})

const create = (token: string, repo = REPO) =>
  ask(github, `POST ${repo}/git/refs`, { token, body: { ref: 'refs/heads/new', sha: first } })

test.each([
  ['job', 403, JOB],
  ['app', 403, JOB],
  ['fine', 403, PERSON],
  ['classic', 404, 'Not Found'],
])('the token %s may not write', async (token, status, message) => {
  expect(await create(token)).toMatchObject({ status, data: { message } })
  expect((await ask(github, `GET ${REPO}/git/ref/heads/main`, { token })).status).toBe(200)
})

test('a refusal says what it would take', async () => {
  expect((await create('job')).headers.get('x-accepted-github-permissions')).toBe('contents=write')
})

test('a classic token with its scope may write', async () => {
  expect((await create('everything')).status).toBe(201)
})

test('a token that GitHub does not know is none', async () => {
  expect(await create('wrong')).toMatchObject({ status: 401, data: { message: 'Bad credentials' } })
})

test('whoever shows no token reads what is public', async () => {
  const read = () => ask(github, `GET ${REPO}/commits/main`, { token: '' })
  expect((await read()).status).toBe(200)
  expect(await create('')).toMatchObject({ status: 401, data: { message: 'Requires authentication' } })
  expect(
    (await ask(github, 'POST /graphql', { token: '', body: { query: '{ viewer { id } }' } })).status,
  ).toBe(401)
  github.state.settings.isPrivate = true
  expect((await read()).status).toBe(404)
})

test('nobody writes into an archived repository', async () => {
  github.state.settings.isArchived = true
  const message = 'Repository was archived so is read-only.'
  expect(await create('everything')).toMatchObject({ status: 403, data: { message } })
})

describe('the repository of an input', () => {
  test('is read by everybody and written by nobody', async () => {
    github.state.repository('NixOS/nixpkgs').push('main')
    expect((await ask(github, 'GET /repos/NixOS/nixpkgs/commits/main', { token: 'job' })).status).toBe(200)
    expect((await create('app', '/repos/NixOS/nixpkgs')).status).toBe(403)
  })

  test('is not there for those who may not see it', async () => {
    const { settings } = github.state.repository('acme/secret')
    settings.isPrivate = true
    github.tokens.set('let in', { login: 'alice', repositories: ['acme/secret'] })
    expect((await ask(github, 'GET /repos/acme/secret', { token: 'job' })).status).toBe(404)
    expect((await ask(github, 'GET /repos/acme/secret', { token: 'let in' })).status).toBe(200)
  })
})

test('no page has more than 100 of them', async () => {
  for (let count = 0; count < 100; count++) github.state.push('main')
  const { data, headers } = await ask(github, `GET ${REPO}/commits?per_page=101`)
  expect(data).toHaveLength(100)
  expect(headers.get('link')).toContain('page=2>; rel="next"')
})

describe('what does not fit the description', () => {
  test.each([
    [
      'a property that it does not have',
      `POST ${REPO}/git/refs`,
      { ref: 'refs/heads/x', sha: 'x', oid: 'x' },
    ],
    ['a property missing', `POST ${REPO}/git/refs`, { ref: 'refs/heads/x' }],
    ['a query that it does not have', `GET ${REPO}/pulls?branch=x`, undefined],
    ['an operation that it does not have', `GET ${REPO}/nonsense`, undefined],
  ])('%s is a problem', async (_, route, body) => {
    await ask(github, route, body === undefined ? {} : { body })
    expect(() => {
      github.verify()
    }).toThrow()
  })
})
