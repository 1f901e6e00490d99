/** The bundle as a process: a whole wait, the shortest one, and one that is called off. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { BinaryCache } from '../support/binarycache.ts'
import { startBinaryCache } from '../support/binarycache.ts'
import { errorsOf } from '../support/errors.ts'
import { FakeGarnix } from '../support/fakegarnix.ts'
import { type FakeGitHub, fakeGitHub } from '../support/github/server.ts'
import type { ActionRun } from '../support/run-action.ts'
import { freePort } from '../support/sshd.ts'
import {
  CLOSURE,
  ETC,
  GLIBC,
  inCaches,
  KEY,
  fullCache,
  ownMs,
  ROOT,
  runWait,
  SHA,
  startWait,
} from './bundlescene.ts'

let cache: BinaryCache

beforeAll(async () => {
  cache = await fullCache()
})

afterAll(async () => {
  await cache[Symbol.asyncDispose]()
})

const MINUTE = 60_000

/** A minute after a push: the check is green by then, and the uploads are not done. Until its timer is cleared it goes on. */
function garnixOf(github: FakeGitHub, onUpload: (path: string) => void): NodeJS.Timeout {
  let start = Date.now()
  const garnix = new FakeGarnix(github, { now: () => Date.now() - start, onUpload })
  const uploads = { paths: [ROOT, GLIBC, ETC], everyMs: 4_000 }
  const builds = [{ name: 'nixosConfig vps-arm', ms: 45_000, uploads }]
  garnix.push({ sha: SHA, noticedMs: 0, evaluation: { ms: 10_000 }, builds })
  start -= MINUTE
  // It uploads also when nobody looks.
  const timer = setInterval(() => {
    garnix.catchUp()
  }, 200)
  return timer
}

test('what is green, but not uploaded yet, is waited for, then told', async () => {
  await using filling = await startBinaryCache()
  await using github = await fakeGitHub()
  const uploading = garnixOf(github, (path) => {
    filling.add(
      CLOSURE.filter((one) => one.path === path),
      [KEY],
    )
  })
  const run = await runWait(
    { configurations: 'vps-arm', caches: `${filling.url} ${KEY.trusted}` },
    { GITHUB_API_URL: github.url },
  )
  clearInterval(uploading)
  expect({ code: run.code, stderr: run.stderr, errors: errorsOf(run) }).toEqual({
    code: 0,
    stderr: '',
    errors: [],
  })
  expect(run.log).toMatch(/^The caches have [12] paths of the closure; not yet: /m)
  expect(run.outputs).toMatchObject({
    ...{ status: 'ready', sha: SHA, missing: '[]' },
    'store-paths': JSON.stringify({ 'vps-arm': ROOT }),
    'closure-paths': '{"vps-arm":3}',
    'unpacked-size': '{"vps-arm":3000}',
  })
  expect(run.summary).toContain('### ✅ Everything can be fetched')
  expect(github.exchanges.map(({ authorization }) => authorization)).toEqual(
    github.exchanges.map(() => 'token secret'),
  )
  expect(run.durationMs).toBeLessThan(20_000)
}, 60_000)

describe('a closure that is complete already', () => {
  test.each([
    ['garnix', { provider: 'garnix', configurations: 'vps-arm', 'store-paths': ROOT }],
    ['none', {}],
  ])(
    'is told in under a second with provider %s, though GitHub and Garnix cannot be reached',
    async (_, inputs) => {
      const nobody = `http://127.0.0.1:${await freePort()}`
      const run = await runWait(
        { ...inCaches(cache), ...inputs, 'instance-url': nobody },
        { GITHUB_API_URL: nobody },
      )
      expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'ready', duration: '0' } })
      expect(ownMs(run)).toBeLessThan(1_000)
    },
  )

  test('is told in under a second though GitHub never answers', async () => {
    await using github = await fakeGitHub()
    github.disturb = () => 'hang'
    const inputs = { provider: 'garnix', configurations: 'vps-arm', 'store-paths': ROOT }
    const run = await runWait({ ...inCaches(cache), ...inputs }, { GITHUB_API_URL: github.url })
    expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'ready' } })
    expect(ownMs(run)).toBeLessThan(1_000)
    expect(run.durationMs).toBeLessThan(10_000)
  })
})

/** Names of the bundle's functions that were called, as V8 counted them. */
async function calledBy(inputs: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-coverage-'))
  const env = { NODE_V8_COVERAGE: folder, GITHUB_API_URL: `http://127.0.0.1:${await freePort()}` }
  const { code } = await runWait({ ...inCaches(cache), ...inputs }, env)
  expect(code).toBe(0)
  const called = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage
    const bundle = result.filter(({ url }) => url.endsWith('dist/garnix-wait/index.js'))
    return bundle.flatMap(({ functions }) => functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
  })
  rmSync(folder, { recursive: true })
  return new Set(called.map(({ functionName }) => functionName))
}

interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly {
      readonly functionName: string
      readonly ranges: readonly { readonly count: number }[]
    }[]
  }[]
}

test("GitHub's client and child processes are loaded only for those who need them", async () => {
  const alone = await calledBy({})
  expect([...alone]).toContain('newFetch')
  expect([...alone].filter((name) => ['getOctokit', 'githubRequest', 'runProgram'].includes(name))).toEqual(
    [],
  )
  // Those who do are seen.
  const inputs = { provider: 'garnix', configurations: 'vps-arm', 'store-paths': ROOT }
  expect([...(await calledBy(inputs))]).toEqual(expect.arrayContaining(['githubRequest']))
})

describe('a run that is canceled', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s ends red, and says so everywhere', async (signal) => {
    await using empty = await startBinaryCache()
    await using github = await fakeGitHub()
    const inputs = { provider: 'garnix', configurations: 'vps-arm', comment: 'true', 'pull-request': '1' }
    const action = startWait({ ...inCaches(empty), ...inputs }, { GITHUB_API_URL: github.url })
    await action.waitFor(/not yet: /)
    const start = performance.now()
    action.signal(signal)
    const run: ActionRun = await action.finished
    expect(performance.now() - start).toBeLessThan(5_000)
    expect({ code: run.code, signal: run.signal, errors: errorsOf(run) }).toEqual({
      code: 1,
      signal: null,
      errors: ['The run was canceled.'],
    })
    expect(run.outputs).toMatchObject({ status: 'failed', sha: SHA })
    expect(run.summary).toMatch(/^### ❌ Failed.*\n\nThe run was canceled\./)
    expect(github.exchanges.filter(({ method }) => method !== 'GET')).toEqual([])
  })
})
