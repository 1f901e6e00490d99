/** What the fake refuses of branches, commits and trees, as GitHub does. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ask } from './client.ts'
import { fakeGitHub, type FakeGitHub } from './server.ts'

const REPO = '/repos/acme/infra'
const ABSENT = 'a'.repeat(40)

let github: FakeGitHub
let [first, second, aside] = ['', '', '']

beforeAll(async () => {
  github = await fakeGitHub()
})

beforeEach(() => {
  const { state, tokens } = github
  state.clear()
  tokens.set('alice', { login: 'alice' }).set('app', { login: 'acme-updater[bot]' })
  first = state.seed({ 'flake.lock': 'one', '.github/workflows/ci.yml': 'on: push' })
  second = state.commit({ parents: [first], files: { 'flake.lock': 'two' } })
  aside = state.commit({ parents: [first], files: { 'flake.lock': 'three' } })
  state.setBranch('update', second)
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
})

describe('a branch', () => {
  test.each([
    ['exists', 'heads/update', 'Reference already exists'],
    ['has another below it', 'heads/update/nixpkgs', 'Reference update failed'],
    ['has no legal name', 'heads/a..b', 'Reference name is not valid'],
    ['is no branch', 'update', /must start with 'refs\/'/],
  ])('is not made when it %s', async (_, ref, message) => {
    const { status, data } = await ask(github, `POST ${REPO}/git/refs`, {
      body: { ref: `refs/${ref}`, sha: first },
    })
    expect({ status, data }).toMatchObject({ status: 422, data: { message: expect.stringMatching(message) } })
  })

  test('is not made for a commit that is not there', async () => {
    const body = { ref: 'refs/heads/new', sha: ABSENT }
    expect(await ask(github, `POST ${REPO}/git/refs`, { body })).toMatchObject({
      status: 422,
      data: { message: 'Object does not exist' },
    })
  })

  test.each([
    { how: 'backwards', sha: () => first, message: 'Update is not a fast forward' },
    { how: 'aside', sha: () => aside, message: 'Update is not a fast forward' },
    { how: 'if it is not there', branch: 'none', sha: () => first, message: 'Reference does not exist' },
    { how: 'to what is not there', sha: () => ABSENT, message: 'Object does not exist' },
  ])('does not move $how', async ({ branch = 'update', sha, message }) => {
    const reply = await ask(github, `PATCH ${REPO}/git/refs/heads/${branch}`, { body: { sha: sha() } })
    expect(reply).toMatchObject({ status: 422, data: { message } })
    expect(github.state.branch('update')).toBe(second)
  })

  test('moves aside when forced, and the move is told', async () => {
    await ask(github, `PATCH ${REPO}/git/refs/heads/update`, { body: { sha: aside, force: true } })
    const { data } = await ask(github, `GET ${REPO}/activity?ref=refs/heads/update&per_page=1`)
    const actor = { login: 'github-actions[bot]' }
    expect(data).toMatchObject([{ activity_type: 'force_push', before: second, after: aside, actor }])
  })

  test('is deleted once', async () => {
    const route = `DELETE ${REPO}/git/refs/heads/update`
    expect((await ask(github, route)).status).toBe(204)
    expect(await ask(github, route)).toMatchObject({
      status: 422,
      data: { message: 'Reference does not exist' },
    })
  })

  test('is not deleted when it is the default one', async () => {
    expect((await ask(github, `DELETE ${REPO}/git/refs/heads/main`)).status).toBe(422)
    expect(github.state.branch('main')).toBe(first)
  })

  test('with workflows that no branch has takes a token for workflows', async () => {
    const files = { '.github/workflows/ci.yml': 'on: [push, pull_request]' }
    const body = { ref: 'refs/heads/new', sha: github.state.commit({ parents: [first], files }) }
    expect((await ask(github, `POST ${REPO}/git/refs`, { body })).status).toBe(403)
    expect((await ask(github, `POST ${REPO}/git/refs`, { body, token: 'app' })).status).toBe(201)
  })

  test('is heard of late when GitHub lags', async () => {
    github.state.lag.refs.reads = 1
    await ask(github, `POST ${REPO}/git/refs`, { body: { ref: 'refs/heads/new', sha: first } })
    expect((await ask(github, `GET ${REPO}/git/ref/heads/new`)).status).toBe(404)
    expect((await ask(github, `GET ${REPO}/git/ref/heads/new`)).status).toBe(200)
  })
})

describe('a rule', () => {
  test.each([
    ['pull_request', 'Changes must be made through a pull request.'],
    ['update', 'Cannot update this protected ref.'],
    ['required_signatures', 'Commits must have verified signatures.'],
    ['required_status_checks', 'Required status check "ci" is expected.'],
  ] as const)('of type %s stops a push', async (type, words) => {
    github.state.addRule({ type })
    expect(await ask(github, `PATCH ${REPO}/git/refs/heads/main`, { body: { sha: second } })).toMatchObject({
      status: 422,
      data: { message: `Repository rule violations found\n\n${words}\n\n` },
    })
    expect(github.state.branch('main')).toBe(first)
  })

  test.each([
    { type: 'creation', branch: 'new/*', route: 'POST /refs', body: { ref: 'refs/heads/new/x' } },
    { type: 'deletion', branch: 'update', route: 'DELETE /refs/heads/update', body: undefined },
    { type: 'non_fast_forward', branch: 'update', route: 'PATCH /refs/heads/update', body: { force: true } },
  ] as const)('of type $type stops that', async ({ type, branch, route, body }) => {
    github.state.addRule({ type, branch })
    const asked = body === undefined ? {} : { body: { ...body, sha: aside } }
    const { status, data } = await ask(github, route.replace(' ', ` ${REPO}/git`), asked)
    expect({ status, data }).toMatchObject({
      status: 422,
      data: { message: expect.stringMatching(/^Repository rule violations/) },
    })
  })

  test('lets those pass who may', async () => {
    github.state.addRule({ type: 'update', bypass: ['acme-updater[bot]'] })
    const asked = { body: { sha: second }, token: 'app' }
    expect((await ask(github, `PATCH ${REPO}/git/refs/heads/main`, asked)).status).toBe(200)
  })

  test('of a classic protection speaks plainly, and is in no list', async () => {
    github.state.addRule({ type: 'pull_request', isClassic: true })
    const message = 'Changes must be made through a pull request.'
    const refused = await ask(github, `PATCH ${REPO}/git/refs/heads/main`, { body: { sha: second } })
    expect(refused).toMatchObject({ status: 422, data: { message } })
    expect((await ask(github, `GET ${REPO}/rules/branches/main`)).data).toEqual([])
  })
})

describe('a commit', () => {
  const commit = (token: string, more = {}) => {
    const body = { message: 'm', tree: github.state.git.commits.get(second)?.tree, parents: [first], ...more }
    return ask(github, `POST ${REPO}/git/commits`, { token, body })
  }
  const author = { name: 'alice', email: 'alice@example.org' }

  test.each([
    { how: 'signed for a job', token: 'secret', more: {}, verified: true },
    { how: 'signed for an App', token: 'app', more: {}, verified: true },
    { how: 'not signed for a person', token: 'alice', more: {}, verified: false },
    { how: 'not signed when it names its author', token: 'secret', more: { author }, verified: false },
    {
      how: 'not signed when it names its committer',
      token: 'app',
      more: { committer: author },
      verified: false,
    },
  ])('is $how', async ({ token, more, verified }) => {
    expect(await commit(token, more)).toMatchObject({ status: 201, data: { verification: { verified } } })
  })

  test.each([
    [{ tree: ABSENT }, 'Tree SHA does not exist'],
    [{ parents: [ABSENT] }, 'Parent SHA does not exist or is not a commit object'],
  ])('is not made of %j', async (more, message) => {
    expect(await commit('secret', more)).toMatchObject({ status: 422, data: { message } })
  })

  test('is heard of late when GitHub lags', async () => {
    github.state.lag.commits.reads = 1
    const { sha } = (await commit('secret')).data as { sha: string }
    const body = { ref: 'refs/heads/new', sha }
    expect((await ask(github, `POST ${REPO}/git/refs`, { body })).status).toBe(422)
    expect((await ask(github, `POST ${REPO}/git/refs`, { body })).status).toBe(201)
  })
})

describe('a tree', () => {
  const tree = (path: string, more: object) => {
    const body = { base_tree: first, tree: [{ path, mode: '100644', type: 'blob', ...more }] }
    return ask(github, `POST ${REPO}/git/trees`, { body })
  }

  test.each([
    ['../x', { content: '' }, 'tree.path contains a malformed path component'],
    ['x', { sha: null }, 'GitRPC::BadObjectState'],
    ['x', { sha: ABSENT }, `tree.sha ${ABSENT} is not a valid blob`],
  ])('takes no entry %s %j', async (path, more, message) => {
    expect(await tree(path, more)).toMatchObject({ status: 422, data: { message } })
  })

  test('takes over what is not named, and deletes what is null', async () => {
    const { data } = await tree('flake.lock', { sha: null })
    expect(data).toMatchObject({ tree: [{ path: '.github', type: 'tree' }] })
  })
})
