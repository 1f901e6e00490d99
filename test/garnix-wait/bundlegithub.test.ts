/** The bundle and GitHub, or an instance, on bad days: one clear sentence, or asked again until the time is up. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { BinaryCache } from '../support/binarycache.ts'
import { startBinaryCache } from '../support/binarycache.ts'
import { errorsOf } from '../support/errors.ts'
import { type Gate, GarnixApi } from '../support/garnixapi.ts'
import { type FakeGitHub, fakeGitHub } from '../support/github/server.ts'
import type { ActionRun } from '../support/run-action.ts'
import { CLOSURE, ETC, KEY, ROOT, runWait, SHA } from './bundlescene.ts'

let github: FakeGitHub
let empty: BinaryCache

beforeAll(async () => {
  github = await fakeGitHub()
  empty = await startBinaryCache()
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
  await empty[Symbol.asyncDispose]()
})

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const HTML = { 'content-type': 'text/html' }
const told = (message: string) => JSON.stringify({ message })

interface Day {
  readonly disturbance: ReturnType<FakeGitHub['disturb']>
  readonly status: 'failed' | 'timed-out'
  readonly says: RegExp
}

const refused = (status: number, message: string, says: RegExp): Day => ({
  disturbance: { status, headers: JSON_TYPE, body: told(message) },
  status: 'failed',
  says,
})
const tiresome = (disturbance: Day['disturbance'], says: RegExp): Day => ({
  ...{ disturbance, status: 'timed-out', says },
})

/** By the name of the repository in which everything is answered like that. */
const DAYS: Readonly<Record<string, Day>> = {
  'status-401': refused(401, 'Bad credentials', /^GitHub does not know the token .*\(401\)\. It says: Bad/),
  'status-403': refused(
    403,
    'Resource not accessible by integration',
    /^The token may not have the check runs of acme\/status-403 \(403\): it lacks 'checks: read'\./,
  ),
  'status-404': refused(
    404,
    'Not Found',
    /^GitHub does not have the check runs of acme\/status-404, .*'checks: read'/,
  ),
  'status-451': refused(451, 'Gone for good', /^GitHub refused .* \(status 451\)\. It says: Gone for good/),
  'status-429': tiresome(
    { status: 429, headers: { 'retry-after': '3600' }, body: told('too many') },
    /GitHub is asked too much at once: it wants to be asked nothing for 1 h/,
  ),
  'no-more': tiresome(
    {
      ...{ status: 403, body: told('API rate limit exceeded') },
      headers: { ...JSON_TYPE, 'x-ratelimit-remaining': '0' },
    },
    /GitHub has answered all that this token may ask within the hour/,
  ),
  'status-502': tiresome({ status: 502, headers: HTML, body: '<html>' }, /\(status 502\)/),
  page: tiresome(
    { status: 200, headers: HTML, body: '<!DOCTYPE html><html>Sign in</html>' },
    /with something else than what was asked for \(status 200\)/,
  ),
  shape: tiresome(
    { status: 200, headers: JSON_TYPE, body: '{"total_count":"many","check_runs":{"id":[]}}' },
    /with something else than what was asked for \(status 200\)/,
  ),
  nonsense: tiresome(
    { status: 200, headers: JSON_TYPE, body: '{"total_count":' },
    /with something else than what was asked for|JSON/,
  ),
  cut: tiresome('cut', /GET \/repos\/.*: (?!no answer)/),
  hang: tiresome('hang', /no answer within/),
}

describe('GitHub that answers', () => {
  let runs: ReadonlyMap<string, ActionRun>

  beforeAll(async () => {
    github.disturb = ({ path }) => DAYS[/^\/repos\/acme\/([^/]+)\//.exec(path)?.[1] ?? '']?.disturbance
    const inputs = { configurations: 'vps-arm', caches: `${empty.url} ${KEY.trusted}`, timeout: '8s' }
    const all = Object.keys(DAYS).map(async (name) => {
      const run = await runWait(inputs, {
        GITHUB_API_URL: github.url,
        GITHUB_REPOSITORY: `acme/${name}`,
      })
      return [name, run] as const
    })
    runs = new Map(await Promise.all(all))
    github.disturb = () => undefined
  }, 60_000)

  test.each(Object.entries(DAYS))('%s', (name, { status, says }) => {
    const run = runs.get(name)
    expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status, sha: SHA } })
    const errors = run === undefined ? [] : errorsOf(run)
    expect(errors).toHaveLength(1)
    expect(status === 'failed' ? errors[0] : run?.log).toMatch(says)
    expect(run?.log).not.toContain('bug in the action')
    expect(run?.durationMs).toBeLessThan(20_000)
  })
})

test('GitHub that fails twice is asked again', async () => {
  github.exchanges.length = 0
  github.disturb = (_, count) => (count <= 2 ? { status: 503, body: 'no' } : undefined)
  github.state.addRun({ sha: SHA, name: 'ci', status: 'completed', conclusion: 'success' })
  const inputs = { provider: 'checks', 'check-names': 'ci', timeout: '60s' }
  const run = await runWait(inputs, { GITHUB_API_URL: github.url })
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'built' } })
  expect(github.exchanges.map(({ status }) => status).slice(0, 3)).toEqual([503, 503, 200])
}, 30_000)

describe('an instance', () => {
  const GATES: Readonly<Record<Exclude<Gate, 'open' | 'silent'>, RegExp>> = {
    'login-page': /answers with a web page instead of its API: a login for browsers stands before it/,
    'login-redirect': /answers with a web page|answers 302|answers 200|web page/,
    unauthorized: /answers with a web page|answers 401/,
    down: /answers 502/,
  }

  beforeAll(() => {
    const run = { name: 'nixosConfig vps-arm', app: 'garnix-ci', status: 'completed', conclusion: 'success' }
    github.state.addRun({ ...run, sha: SHA, status: 'completed' })
    github.state.addRun({ ...run, sha: SHA, name: 'Evaluate flake.nix', status: 'completed' })
  })

  test.each(Object.entries(GATES))(
    'behind %s gives no path, and the message says why',
    async (gate, words) => {
      await using api = await GarnixApi.start()
      api.gate = gate as Gate
      const run = await waitAt(api.url)
      expect(run).toMatchObject({ code: 1, outputs: { status: 'failed', 'store-paths': '{}' } })
      expect(errorsOf(run)).toEqual([
        expect.stringContaining('The store path of vps-arm is not known: no route to it has an answer.'),
      ])
      expect(run.summary).toMatch(words)
    },
  )

  test('whose answer has another shape is not believed', async () => {
    await using other = await startBinaryCache()
    other.faults.set('*', ({ headers }, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ summary: { git_commit: SHA }, builds: headers }))
      return true
    })
    const run = await waitAt(other.url)
    expect(run).toMatchObject({ code: 1, outputs: { status: 'failed' } })
    expect(run.summary).toContain('answers, but not as garnix does: is it one?')
  })

  async function waitAt(url: string): Promise<ActionRun> {
    github.disturb = () => undefined
    const inputs = { configurations: 'vps-arm', 'instance-url': url, 'cache-timeout': '5s' }
    return runWait({ ...inputs, caches: `${empty.url} ${KEY.trusted}` }, { GITHUB_API_URL: github.url })
  }
})

test('a path that Garnix never uploaded is missing with what needs it, though the check is green', async () => {
  await using cache = await startBinaryCache()
  cache.add(
    CLOSURE.filter(({ path }) => path !== ETC),
    [KEY],
  )
  const inputs = { configurations: 'vps-arm', 'store-paths': ROOT, 'cache-timeout': '4s' }
  const run = await runWait(
    { ...inputs, caches: `${cache.url} ${KEY.trusted}` },
    { GITHUB_API_URL: github.url },
  )
  expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status: 'missing' } })
  expect(JSON.parse(run.outputs['missing'] ?? '')).toEqual([{ path: ETC, neededBy: [ROOT] }])
  expect(run.summary).toContain('etc')
})
