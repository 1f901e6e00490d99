/** What the fake answers to GraphQL, and how it refuses, as GitHub does. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ask } from './client.ts'
import { nodeIdOf } from './pulls.ts'
import { fakeGitHub, type FakeGitHub } from './server.ts'

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid } } ref { target { oid } } }
}`
const AUTO_MERGE = `mutation ($input: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $input) { pullRequest { number autoMergeRequest { mergeMethod } } }
}`

let github: FakeGitHub
let first = ''

beforeAll(async () => {
  github = await fakeGitHub()
})

beforeEach(() => {
  const { state, tokens } = github
  state.clear()
  tokens.set('alice', { login: 'alice' }).set('reader', { login: 'bob', permissions: ['contents: read'] })
  first = state.seed({ 'flake.lock': 'one' })
  state.setBranch('update', first)
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
})

const graphql = async (query: string, input?: object, token = 'alice') =>
  (await ask(github, 'POST /graphql', { token, body: { query, variables: { input } } })).data

function commit(more: object = {}, token = 'alice') {
  const input = {
    branch: { repositoryNameWithOwner: 'acme/infra', branchName: 'update' },
    expectedHeadOid: first,
    message: { headline: 'Update', body: 'More' },
    fileChanges: { additions: [{ path: 'flake.lock', contents: Buffer.from('two').toString('base64') }] },
    ...more,
  }
  return graphql(COMMIT, input, token)
}

const changing = (fileChanges: object) => ({ fileChanges })

describe('createCommitOnBranch', () => {
  test('appends what GitHub signs, for a person too', async () => {
    const data = await commit()
    const oid = github.state.branch('update')
    const made = { commit: { oid, signature: { isValid: true } }, ref: { target: { oid } } }
    expect(data).toEqual({ data: { createCommitOnBranch: made } })
    expect(github.state.git.commits.get(oid ?? '')).toMatchObject({
      message: 'Update\n\nMore',
      parents: [first],
    })
    expect(github.state.textAt('update', 'flake.lock')).toBe('two')
  })

  const on = (repositoryNameWithOwner: string, branchName: string) => ({
    branch: { repositoryNameWithOwner, branchName },
  })

  test.each([
    {
      why: 'a stale head',
      more: { expectedHeadOid: 'a'.repeat(40) },
      type: 'STALE_DATA',
      words: /"a{40}" but/,
    },
    { why: 'no such branch', more: on('acme/infra', 'x'), type: 'NOT_FOUND', words: /x/ },
    { why: 'no such repository', more: on('a/b', 'x'), type: 'NOT_FOUND', words: /a\/b/ },
    { why: 'no such file', more: changing({ deletions: [{ path: 'x' }] }), words: /does not exist as of/ },
    { why: 'no Base64', more: changing({ additions: [{ path: 'x', contents: '!' }] }), words: /Base64/ },
  ])('is refused for $why', async ({ more, type = 'UNPROCESSABLE', words }) => {
    const errors = [{ type, path: ['createCommitOnBranch'], message: expect.stringMatching(words) }]
    expect(await commit(more)).toMatchObject({ data: { createCommitOnBranch: null }, errors })
    expect(github.state.branch('update')).toBe(first)
  })

  test('is refused by the rules of the branch, and to who may not write', async () => {
    github.state.addRule({ type: 'pull_request', branch: 'update' })
    expect(await commit()).toMatchObject({
      errors: [{ message: expect.stringContaining('rule violations') }],
    })
    const message = 'Resource not accessible by personal access token'
    expect(await commit({}, 'reader')).toMatchObject({ errors: [{ type: 'FORBIDDEN', message }] })
  })
})

describe('enablePullRequestAutoMerge', () => {
  let id = ''
  const enable = (more: object = {}, token = 'alice') =>
    graphql(AUTO_MERGE, { pullRequestId: id, mergeMethod: 'SQUASH', ...more }, token)

  beforeEach(() => {
    const { state } = github
    const headSha = state.push('update', { files: { 'flake.lock': 'two' } })
    id = nodeIdOf(state, state.addPull({ head: 'update', headSha }))
    state.settings.mayAutoMerge = true
    state.addRule({ type: 'required_status_checks' })
  })

  test('waits for what the rules want', async () => {
    const pullRequest = { number: 1, autoMergeRequest: { mergeMethod: 'SQUASH' } }
    expect(await enable()).toEqual({ data: { enablePullRequestAutoMerge: { pullRequest } } })
  })

  test.each([
    ['not allowed', () => (github.state.settings.mayAutoMerge = false), /Auto merge is not allowed/],
    [
      'another method',
      () => (github.state.settings.mayMerge.SQUASH = false),
      /Squash merges are not allowed/,
    ],
    [
      'a draft',
      () => Object.assign(github.state.pulls[0] ?? {}, { isDraft: true }),
      /Can't enable auto-merge/,
    ],
    ['no rules', () => (github.state.rules.length = 0), /Protected branch rules not configured/],
    ['nothing to wait for', () => (github.state.rules[0] = rule()), /Pull request is in clean status/],
    ['a check that is not required', unstable, /Pull request is in unstable status/],
  ])('is refused for %s', async (_, arrange, message) => {
    arrange()
    expect(await enable()).toMatchObject({
      errors: [{ type: 'UNPROCESSABLE', message: expect.stringMatching(message) }],
    })
    expect(github.state.pulls[0]?.autoMerge).toBeUndefined()
  })

  test('is refused for another head, for none at all, and to who may not write', async () => {
    expect(await enable({ expectedHeadOid: first })).toMatchObject({ errors: [{ type: 'UNPROCESSABLE' }] })
    expect(await enable({ pullRequestId: 'PR_9' })).toMatchObject({ errors: [{ type: 'NOT_FOUND' }] })
    expect(await enable({}, 'reader')).toMatchObject({ errors: [{ type: 'FORBIDDEN' }] })
  })

  const rule = () =>
    ({ type: 'non_fast_forward', branch: 'main', checks: [], isClassic: false, bypass: [] }) as const

  function unstable(): void {
    github.state.rules[0] = rule()
    github.state.addRun({ sha: github.state.branch('update') ?? '', name: 'other' })
  }
})

test('a new pull request is heard of late when GitHub lags', async () => {
  const { state } = github
  state.push('update', { files: { a: 'b' } })
  state.lag.nodes.reads = 1
  const body = { title: 'Update', head: 'update', base: 'main' }
  const { data } = await ask(github, 'POST /repos/acme/infra/pulls', { body })
  const input = { pullRequestId: (data as { node_id: string }).node_id }
  const late = await graphql(AUTO_MERGE, input)
  expect(late).toMatchObject({ errors: [{ type: 'NOT_FOUND', path: ['enablePullRequestAutoMerge'] }] })
  expect(await graphql(AUTO_MERGE, input)).toMatchObject({ errors: [{ type: 'UNPROCESSABLE' }] })
})

describe('a question', () => {
  test('about a repository shows its branches, files and pull requests', async () => {
    const { number } = github.state.addPull({ head: 'update', headSha: first })
    const query = `{ repository(owner: "acme", name: "infra") {
      ref(qualifiedName: "update") { name target { oid } }
      object(expression: "main:flake.lock") { ... on Blob { text } }
      pullRequest(number: ${number}) { state mergeStateStatus headRefOid } } }`
    expect(await graphql(query)).toEqual({
      data: {
        repository: {
          ref: { name: 'update', target: { oid: first } },
          object: { text: 'one' },
          pullRequest: { state: 'OPEN', mergeStateStatus: 'CLEAN', headRefOid: first },
        },
      },
    })
  })

  test('about many repositories tells which of them is not there', async () => {
    github.state.repository('NixOS/nixpkgs').settings.isArchived = true
    const fields = '{ nameWithOwner isArchived }'
    const query = `{ a: repository(owner: "NixOS", name: "nixpkgs") ${fields}
      b: repository(owner: "no", name: "such") ${fields} viewer { login databaseId } }`
    expect(await graphql(query)).toMatchObject({
      data: { a: { nameWithOwner: 'NixOS/nixpkgs', isArchived: true }, b: null, viewer: { login: 'alice' } },
      errors: [{ type: 'NOT_FOUND', path: ['b'] }],
    })
  })

  test('that does not fit the schema is a problem', async () => {
    await graphql('{ viewer { nonsense } }')
    expect(() => {
      github.verify()
    }).toThrow(/nonsense/)
  })
})
