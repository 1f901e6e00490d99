/** When the fake opens, closes, merges and reopens pull requests, as GitHub does. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ask } from './client.ts'
import { fakeGitHub, type FakeGitHub } from './server.ts'

const REPO = '/repos/acme/infra'
const NEW = { title: 'Update', head: 'update', base: 'main' }

let github: FakeGitHub
let first = ''

beforeAll(async () => {
  github = await fakeGitHub()
})

beforeEach(() => {
  const { state, tokens } = github
  state.clear()
  tokens.clear()
  tokens.set('secret', { login: 'github-actions[bot]' }).set('alice', { login: 'alice' })
  first = state.seed({ 'flake.lock': 'one' })
  state.setBranch('update', state.commit({ parents: [first], files: { 'flake.lock': 'two' } }))
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
})

const open = (body: object = NEW, token = 'secret') => ask(github, `POST ${REPO}/pulls`, { body, token })
const reopen = () => ask(github, `PATCH ${REPO}/pulls/1`, { body: { state: 'open' } })
const pull = async () => (await ask(github, `GET ${REPO}/pulls/1`)).data
const refusal = (message: string) => ({ status: 422, data: { errors: [{ message }] } })

describe('a pull request is not made', () => {
  test('twice', async () => {
    await open()
    expect(await open()).toMatchObject(refusal('A pull request already exists for acme:update.'))
  })

  test('of a head without a commit of its own', async () => {
    github.state.setBranch('update', first)
    expect(await open()).toMatchObject(refusal('No commits between main and update'))
  })

  test('of a head with another beginning', async () => {
    github.state.setBranch('update', github.state.commit())
    expect(await open()).toMatchObject(refusal('The update branch has no history in common with main'))
  })

  test.each([
    [{ head: 'none' }, { field: 'head', code: 'invalid' }],
    [{ base: 'none' }, { field: 'base', code: 'invalid' }],
    [{ title: '' }, { field: 'title', code: 'missing_field' }],
    [{ body: 'x'.repeat(65_537) }, { message: 'body is too long (maximum is 65536 characters)' }],
    [{ title: 'x'.repeat(257) }, { message: 'title is too long (maximum is 256 characters)' }],
  ])('with %p', async (more, error) => {
    expect(await open({ ...NEW, ...more })).toMatchObject({ status: 422, data: { errors: [error] } })
  })

  test('by a job where Actions may not, but by a person', async () => {
    github.state.settings.mayActionsOpenPulls = false
    const message = 'GitHub Actions is not permitted to create or approve pull requests.'
    expect(await open()).toMatchObject({ status: 403, data: { message } })
    expect((await open(NEW, 'alice')).status).toBe(201)
  })

  test('as a draft where there are none', async () => {
    github.state.settings.hasDrafts = false
    expect((await open({ ...NEW, draft: true })).status).toBe(422)
  })
})

describe('a pull request is closed for good', () => {
  test('the moment its head has nothing of its own, even if it gets something later', async () => {
    const tip = github.state.branch('update')
    await open()
    await ask(github, `PATCH ${REPO}/git/refs/heads/update`, { body: { sha: first, force: true } })
    await ask(github, `PATCH ${REPO}/git/refs/heads/update`, { body: { sha: tip } })
    expect(await pull()).toMatchObject({ state: 'closed', merged: false })
    expect(await reopen()).toMatchObject(
      refusal('state cannot be changed. The update branch was force-pushed or recreated.'),
    )
  })

  test('when its head is deleted', async () => {
    await open()
    await ask(github, `DELETE ${REPO}/git/refs/heads/update`, { token: 'alice' })
    expect((await ask(github, `GET ${REPO}/issues/1`)).data).toMatchObject({
      state: 'closed',
      closed_by: { login: 'alice' },
    })
    expect(await reopen()).toMatchObject(
      refusal('state cannot be changed. The update branch has been deleted.'),
    )
  })

  test('as merged when its base gets all of it', async () => {
    await open()
    github.state.mergePull(1, 'alice')
    expect(await pull()).toMatchObject({ state: 'closed', merged: true, merged_by: { login: 'alice' } })
    expect((await reopen()).status).toBe(422)
  })
})

describe('a pull request', () => {
  test('follows its head while it is open', async () => {
    await open()
    const sha = github.state.push('update', { files: { x: 'y' } })
    expect(await pull()).toMatchObject({ state: 'open', head: { sha }, commits: 2, changed_files: 2 })
  })

  test('is reopened when nothing speaks against it, and not beside another', async () => {
    await open()
    await ask(github, `PATCH ${REPO}/pulls/1`, { body: { state: 'closed' } })
    await open()
    expect(await reopen()).toMatchObject(
      refusal('state cannot be changed. There is already an open pull request from update to main.'),
    )
    await ask(github, `PATCH ${REPO}/pulls/2`, { body: { state: 'closed' } })
    expect(await reopen()).toMatchObject({ status: 200, data: { state: 'open' } })
  })

  test('from a fork is another one of the same name', async () => {
    await open()
    github.state.addPull({ head: 'update', headOwner: 'mallory', headSha: first })
    github.state.push('update', { files: { x: 'y' } })
    const { data } = await ask(github, `GET ${REPO}/pulls?head=mallory:update`)
    expect(data).toMatchObject([{ number: 2, head: { label: 'mallory:update', sha: first } }])
  })

  test('is listed late when GitHub lags', async () => {
    github.state.lag.pulls.reads = 1
    await open()
    expect((await ask(github, `GET ${REPO}/pulls`)).data).toEqual([])
    expect((await ask(github, `GET ${REPO}/pulls`)).data).toHaveLength(1)
  })
})

describe('a review', () => {
  const request = (body: object, token = 'secret') =>
    ask(github, `POST ${REPO}/pulls/1/requested_reviewers`, { body, token })

  test.each([
    [
      { reviewers: ['github-actions[bot]'] },
      { message: 'Review cannot be requested from pull request author.' },
    ],
    [
      { reviewers: ['mallory'] },
      { message: expect.stringContaining('may only be requested from collaborators') },
    ],
    [{ team_reviewers: ['ops'] }, { errors: [expect.stringContaining('Could not resolve to a node')] }],
  ])('is not asked of %j by a job', async (body, data) => {
    github.state.teams.add('ops')
    await open()
    expect(await request(body)).toMatchObject({ status: 422, data })
  })

  test('is asked of a team by a person', async () => {
    github.state.teams.add('ops')
    await open()
    const data = { requested_teams: [{ slug: 'ops' }] }
    expect(await request({ team_reviewers: ['ops'] }, 'alice')).toMatchObject({ status: 201, data })
  })
})

describe('a label', () => {
  test('that is not there is not made by whoever may write pull requests only', async () => {
    await open()
    github.tokens.set('narrow', { login: 'github-actions[bot]', permissions: ['pull-requests: write'] })
    const asked = { body: { labels: ['dependencies'] }, token: 'narrow' }
    expect((await ask(github, `POST ${REPO}/issues/1/labels`, asked)).status).toBe(403)
    github.state.labels.add('dependencies')
    expect((await ask(github, `POST ${REPO}/issues/1/labels`, asked)).status).toBe(200)
  })
})
