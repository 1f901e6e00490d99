/** The bundle on a pull request: what would change since the closure that was recorded for its base. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { marked } from 'marked'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { type BinaryCache, startBinaryCache, storePath, type TestPath } from '../support/binarycache.ts'
import { fakeGitHub, type FakeGitHub } from '../support/github/server.ts'
import { KEY, runWait } from './bundlescene.ts'
import { fannedOut, pushNotes, seeded } from './recordscene.ts'

/** As a system is: what boots it is right below its root. */
function systemOf(version: string, kernel: string, more: readonly StorePath[] = []) {
  const leaves = [kernel, `initrd-${kernel}`, `${kernel}-modules`, `glibc-${version}`].map(storePath)
  const root = storePath(`nixos-system-vps-arm-${version}`)
  const etc = storePath(`etc`)
  const paths: readonly TestPath[] = [
    { path: root, references: [...leaves, etc, ...more] },
    ...[...leaves, etc, ...more].map((path) => ({ path, references: [], narSize: 5_000_000 })),
  ]
  return { root, paths }
}

const OLD = systemOf('26.05', 'linux-6.12.3', [storePath('nginx-1.24')])
const NEW = systemOf('26.11', 'linux-6.12.5', [storePath('caddy-2.10')])
const NEWER = systemOf('26.12', 'linux-6.12.3', [storePath('caddy-2.11')])

let github: FakeGitHub
let cache: BinaryCache
let base: string
let head: string
let number: number

beforeAll(async () => {
  github = await fakeGitHub()
  cache = await startBinaryCache()
  for (const { paths } of [OLD, NEW, NEWER]) cache.add(paths, [KEY])
}, 60_000)

afterAll(async () => {
  await github[Symbol.asyncDispose]()
  await cache[Symbol.asyncDispose]()
})

/** The base has a merge at its tip, for which nothing is recorded; what was merged has a note that does not count. */
beforeEach(() => {
  seeded(github)
  const { state } = github
  base = state.push('main')
  const merged = state.commit({ parents: [base], message: 'of a branch' })
  state.setBranch('main', state.commit({ parents: [base, merged] }))
  head = state.commit({ parents: [state.branch('main') ?? ''], message: 'proposed' })
  state.setBranch('feature', head)
  number = state.addPull({ headSha: head }).number
  pushNotes(github, {
    [base]: `vps-arm ${OLD.root}\n`,
    [fannedOut(merged)]: `vps-arm ${NEW.root}\n`,
  })
  cache.taken()
})

async function compare(system: { readonly root: StorePath }, inputs: Readonly<Record<string, string>> = {}) {
  const given = {
    ...{ provider: 'none', configurations: 'vps-arm', 'store-paths': system.root, sha: head },
    ...{ caches: `${cache.url} ${KEY.trusted}`, comment: 'true', 'compare-with': 'previous' },
    'pull-request': String(number),
    ...inputs,
  }
  return runWait(given, { GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: 'pull_request' })
}

const onlyIn = (one: typeof OLD, other: typeof OLD) =>
  one.paths.filter(({ path }) => !other.paths.some((its) => its.path === path))

describe('a pull request', () => {
  test('gets one comment that says what changes since its base, and is kept up to date', async () => {
    const run = await compare(NEW)
    expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'ready' } })
    const [comment] = github.state.comments
    const since = `<a href="https://github.com/acme/infra/commit/${base}">${base.slice(0, 12)}</a>`
    expect(comment?.body).toContain(`Compared with ${since}, <code>${OLD.root}</code>: `)
    expect(comment?.body).toContain('**Needs a reboot**: kernel 6.12.3 → 6.12.5.')
    expect(run.summary).toContain('**Needs a reboot**: kernel 6.12.3 → 6.12.5.')
    expect(JSON.parse(run.outputs['closure-diff'] ?? '')).toMatchObject({
      'vps-arm': { added: [{ name: 'caddy' }], removed: [{ name: 'nginx' }] },
    })

    await compare(NEWER)
    expect(github.state.comments).toHaveLength(1)
    expect(github.state.comments[0]?.body).toContain(
      '**Kernel, initrd and modules stay the same**; whether kernel parameters change cannot be seen from a cache.',
    )
    await compare(OLD)
    expect(github.state.comments[0]?.body).toContain(
      `Nothing changes: this is the very same system, compared with ${since}`,
    )
    const writes = github.exchanges.filter(
      ({ method, path }) => method !== 'GET' && path.includes('comments'),
    )
    expect(writes.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH'])
  }, 30_000)

  test('costs a request for each path that differs, and a few of GitHub', async () => {
    await compare(NEW)
    const narinfos = cache.taken().filter((path) => path.endsWith('.narinfo'))
    expect(narinfos).toHaveLength(NEW.paths.length + onlyIn(OLD, NEW).length)
    const comparing = github.exchanges.filter(({ path }) => !/graphql|comments/.test(path))
    expect(comparing.length).toBeLessThanOrEqual(12)
  }, 30_000)

  test('from a fork has a token that may only read: a notice, and the summary says it all', async () => {
    github.tokens.set('fork', {
      login: 'github-actions[bot]',
      permissions: ['contents: read', 'pull-requests: read', 'checks: read'],
    })
    const run = await compare(NEW, { token: 'fork' })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.log).toContain('::notice::The pull request gets no comment: ')
    expect(run.log).not.toContain('::warning::')
    expect(github.state.comments).toEqual([])
    expect(run.summary).toContain('**Needs a reboot**')
  }, 30_000)

  test('is read as it is meant', async () => {
    await compare(NEW)
    const html = marked.parse(github.state.comments[0]?.body ?? '', { gfm: true, async: false })
    expect(html).toContain('<strong>Needs a reboot</strong>: kernel 6.12.3 → 6.12.5.')
    expect(html).toMatch(/<tr>\s*<td><code>caddy<\/code><\/td>\s*<td><\/td>\s*<td>2.10<\/td>/)
  }, 30_000)
})
