/** How the fake tells what is in a repository and how it came to be, as GitHub does. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from './client.ts'
import { fakeGitHub, type FakeGitHub } from './server.ts'

const REPO = '/repos/acme/infra'

let github: FakeGitHub
let first = ''

beforeAll(async () => {
  github = await fakeGitHub()
})

beforeEach(() => {
  github.state.clear()
  first = github.state.seed({ 'flake.lock': 'one', 'nix/flake.nix': '{ }' })
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
})

const get = async (path: string) => await ask(github, `GET ${path}`)

test('objects have the names that git gives them', async () => {
  const place = await mkdtemp(join(tmpdir(), 'git-'))
  const { author, tree } = github.state.git.commits.get(first) ?? {}
  const who = (kind: string) => ({
    [`GIT_${kind}_NAME`]: author?.name,
    [`GIT_${kind}_EMAIL`]: author?.email,
    [`GIT_${kind}_DATE`]: author?.date,
  })
  const env = { PATH: process.env['PATH'], ...who('AUTHOR'), ...who('COMMITTER') }
  const git = (args: readonly string[], input = '') =>
    execFileSync('git', args, { cwd: place, env, input, encoding: 'utf8' }).trim()
  git(['init', '--quiet'])
  await mkdir(join(place, 'nix'))
  await writeFile(join(place, 'flake.lock'), 'one')
  await writeFile(join(place, 'nix/flake.nix'), '{ }')
  git(['add', '.'])
  expect(git(['write-tree'])).toBe(tree)
  expect(git(['commit-tree', tree ?? ''], 'The beginning')).toBe(first)
  await rm(place, { recursive: true })
})

describe('a comparison', () => {
  const chain = (count: number) =>
    Array.from({ length: count }, (_, at) => github.state.push('main', { message: `commit ${at}` }))
  const messages = (data: unknown) =>
    (data as { commits: { commit: { message: string } }[] }).commits.map(({ commit }) => commit.message)

  test.each([
    { status: 'ahead', of: 'main...next', ahead_by: 1, behind_by: 0 },
    { status: 'behind', of: 'next...main', ahead_by: 0, behind_by: 1 },
    { status: 'identical', of: 'main...main', ahead_by: 0, behind_by: 0 },
    { status: 'diverged', of: 'other...next', ahead_by: 1, behind_by: 1 },
  ])('is $status', async ({ of, ...rest }) => {
    github.state.setBranch('next', github.state.commit({ parents: [first], message: 'next' }))
    github.state.setBranch('other', github.state.commit({ parents: [first], message: 'other' }))
    const { data } = await get(`${REPO}/compare/${of}`)
    expect(data).toMatchObject({ ...rest, total_commits: rest.ahead_by, merge_base_commit: { sha: first } })
  })

  test('tells the newest 250 when it is not paged', async () => {
    chain(251)
    const { data } = await get(`${REPO}/compare/${first}...main`)
    expect(data).toMatchObject({ total_commits: 251 })
    expect(messages(data)).toHaveLength(250)
    expect(messages(data)[0]).toBe('commit 1')
  })

  test('tells the oldest first when it is paged, and its files on the first page only', async () => {
    chain(3)
    const one = await get(`${REPO}/compare/${first}...main?per_page=2`)
    const two = await get(`${REPO}/compare/${first}...main?per_page=2&page=2`)
    expect([messages(one.data), messages(two.data)]).toEqual([['commit 0', 'commit 1'], ['commit 2']])
    expect(one.data).toHaveProperty('files')
    expect(two.data).not.toHaveProperty('files')
    expect(one.headers.get('link')).toContain('page=2>; rel="next"')
  })

  test('is not found of what is not there, or has nothing in common', async () => {
    github.state.setBranch('alien', github.state.commit())
    expect((await get(`${REPO}/compare/main...none`)).status).toBe(404)
    expect((await get(`${REPO}/compare/main...alien`)).data).toEqual({
      message: 'No common ancestor between main and alien.',
    })
  })
})

describe('the activity of a branch', () => {
  test('is told newest first, in pages that a cursor connects', async () => {
    github.state.push('main')
    const newest = github.state.push('main')
    const one = await get(`${REPO}/activity?ref=refs/heads/main&per_page=2`)
    expect(one.data).toMatchObject([{ after: newest }, { activity_type: 'push' }])
    const next = /<(.+?)>; rel="next"/.exec(one.headers.get('link') ?? '')?.[1] ?? ''
    const two = await get(next.replace(github.url, ''))
    expect(two.data).toMatchObject([{ activity_type: 'branch_creation', after: first }])
    expect(two.headers.get('link')).toBeNull()
  })

  test('is told by its time and its kind', async () => {
    const push = { ref: 'refs/heads/main', after: first, activity_type: 'force_push' } as const
    github.state.addActivity({ ...push, timestamp: '2026-01-20T12:00:00Z' })
    expect((await get(`${REPO}/activity?activity_type=force_push`)).data).toHaveLength(1)
    expect((await get(`${REPO}/activity?activity_type=force_push&time_period=week`)).data).toEqual([])
  })
})

describe('contents', () => {
  test.each([
    ['flake.lock', { type: 'file', content: 'b25l', encoding: 'base64' }],
    ['nix/flake.nix', { type: 'file', path: 'nix/flake.nix' }],
    ['nix%2Fflake.nix', { type: 'file', name: 'flake.nix' }],
    ['nix', [{ type: 'file', path: 'nix/flake.nix', size: 3 }]],
    [
      '',
      [
        { type: 'file', name: 'flake.lock' },
        { type: 'dir', name: 'nix' },
      ],
    ],
  ])('of %j', async (path, data) => {
    expect(await get(`${REPO}/contents/${path}`)).toMatchObject({ status: 200, data })
  })

  test('that are no ordinary files say what they are', async () => {
    const link = { mode: '120000', oid: github.state.git.addBlob('nix') } as const
    github.state.push('main', { files: { link, module: { mode: '160000', oid: first } } })
    expect((await get(`${REPO}/contents/link`)).data).toMatchObject({ type: 'symlink', target: 'nix' })
    expect((await get(`${REPO}/contents/module?ref=main`)).data).toMatchObject({ type: 'submodule' })
  })

  test('are not found where there are none', async () => {
    expect((await get(`${REPO}/contents/none`)).status).toBe(404)
    expect((await get(`${REPO}/contents/nix?ref=none`)).status).toBe(404)
  })
})

describe('a workflow', () => {
  const dispatch = (ref: string) =>
    ask(github, `POST ${REPO}/actions/workflows/ci.yml/dispatches`, { body: { ref } })

  test('is started on the branch that says so', async () => {
    const before = await dispatch('main')
    github.state.push('main', { files: { '.github/workflows/ci.yml': 'on: push' } })
    const without = await dispatch('main')
    github.state.push('main', { files: { '.github/workflows/ci.yml': 'on: workflow_dispatch' } })
    const unknown = await dispatch('none')
    await dispatch('main')
    expect([before, without, unknown].map(({ status }) => status)).toEqual([404, 422, 422])
    expect(without.data).toEqual({ message: "Workflow does not have 'workflow_dispatch' trigger" })
    expect(github.state.dispatches).toMatchObject([{ workflow: 'ci.yml', ref: 'main' }])
  })
})

describe('another repository', () => {
  test('is found under its old name too', async () => {
    github.state.repository('old/name').push('main')
    github.state.rename('old/name', 'new/name')
    const { data, status } = await get('/repos/old/name/branches/main')
    expect({ data, status }).toMatchObject({ status: 200, data: { name: 'main' } })
    expect(github.exchanges.at(-2)?.status).toBe(301)
  })

  test('is not there if nobody made it', async () => {
    expect((await get('/repos/none/such')).status).toBe(404)
  })
})
