/** What a wait records, what it refuses to record, and how it ends then. */
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parseSigningKey } from '../../actions/shared/sshsignature.ts'
import { recordClosures, repositoryUrl } from '../../actions/garnix-wait/recording.ts'
import type { Wait } from '../../actions/garnix-wait/waiting.ts'
import { newSigningKey } from '../support/binarycache.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { makeKey } from '../support/sshd.ts'
import { fannedOut, lineFor, OTHER, pushNotes, REF, seeded } from './recordscene.ts'
import { CACHE, CLOSURE, GLIBC, StoryScene, VPS } from './storyscene.ts'

const KEY = newSigningKey('mine-1')
let github: FakeGitHub
let scene: StoryScene
let sha: string
let secret: string

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
  sha = seeded(shared)
  scene.hold(CLOSURE, [KEY])
})
beforeAll(async () => {
  secret = (await makeKey()).privateKey
})

const recording = (given: Readonly<Record<string, string>> = {}) =>
  scene.wait({
    ...{ sha, provider: 'none', 'store-paths': `vps-arm=${VPS}`, record: 'true' },
    ...{ caches: `${CACHE} ${KEY.trusted}`, 'require-signatures': 'true', ...given },
  })
const note = () => github.state.textAt(REF, fannedOut(sha))
const writes = () => github.exchanges.filter(({ method }) => method !== 'GET')

describe('a wait that ends well', () => {
  test('records what can be fetched, and says so', async () => {
    expect(await recording()).toBeUndefined()
    expect(note()).toBe(`${lineFor(VPS)}\n`)
    expect(scene.log.of('info')).toContain('Recorded vps-arm, without a signature.')
    expect(scene.summary.markdown).toContain('Recorded vps-arm, without a signature.')
    expect(scene.outputs.values).toMatchObject({ status: 'ready', recorded: 'true' })
  })

  test('warns of lines that nobody signs: the secret may be one that the job cannot read', async () => {
    const warnings = () => scene.log.of('warning').filter((words) => words.includes('This run signs nothing'))
    await recording({ 'record-key': secret })
    expect(warnings()).toEqual([])
    await recording()
    expect(warnings()).toEqual([expect.stringContaining("'record-key' is empty")])
    expect(scene.summary.markdown).toContain('This run signs nothing')
  })

  test('signs it for this repository, commit, configuration and path', async () => {
    expect(await recording({ 'record-key': secret })).toBeUndefined()
    const key = parseSigningKey(secret)
    const [, , signature = ''] = note()?.trim().split(' ') ?? []
    const message = ['https://github.com/acme/infra', sha, 'vps-arm', VPS, ''].join('\n')
    expect(key.hasSigned(message, 'nixos-closures', signature)).toBe(true)
    await recording({ 'record-key': secret })
    expect(scene.log.of('info')).toContain(`vps-arm is recorded already, signed by ${key.fingerprint}.`)
  })

  test('of an older commit of the default branch as well', async () => {
    github.state.push('main', { files: { a: 'b' } })
    expect(await recording()).toBeUndefined()
  })
})

describe('nothing is recorded', () => {
  test('of what is not complete', async () => {
    scene.held.delete(`${GLIBC.slice(11, 43)}.narinfo`)
    expect(await recording({ 'cache-timeout': '5s', timeout: '60s' })).toBeInstanceOf(Error)
    expect(scene.outputs.values).toMatchObject({ status: 'missing', recorded: 'false' })
    expect(writes()).toEqual([])
  })

  test('of what is signed by nobody we trust', async () => {
    scene.hold(CLOSURE, [newSigningKey('mine-1')])
    expect(await recording({ 'cache-timeout': '5s', timeout: '60s' })).toBeInstanceOf(Error)
    expect(writes()).toEqual([])
  })

  test('of a commit that is not on the default branch, nor is it waited for', async () => {
    const main = sha
    sha = github.state.commit({ parents: [main], files: { x: 'y' } })
    github.state.setBranch('topic', sha)
    expect(String(await recording())).toContain(`${sha} is not on the default branch, main`)
    github.state.push('main', { files: { a: 'b' } })
    expect(String(await recording())).toContain(`${sha} is not on the default branch, main`)
    expect(scene.fetched).toEqual([])
    expect(writes()).toEqual([])
  })

  test('of a commit that a tag with the name of the default branch points at', async () => {
    sha = github.state.commit({ parents: [sha], files: { x: 'y' } })
    github.state.setRef('refs/tags/main', sha, 'alice')
    expect(String(await recording())).toContain(`${sha} is not on the default branch, main`)
  })

  test('of a commit that GitHub does not know', async () => {
    sha = 'e'.repeat(40)
    expect(String(await recording())).toContain('GitHub does not have the default branch of acme/infra')
  })

  test('where another path is recorded: red, with both paths and what to do', async () => {
    pushNotes(github, { [sha]: `${lineFor(OTHER)}\n` })
    const error = await recording()
    expect(error).toMatchObject({
      message: expect.stringMatching(/^The closure can be fetched, and could not be recorded: vps-arm of /),
      hint: expect.stringContaining("'record: replace'"),
    })
    expect(scene.outputs.values).toMatchObject({ status: 'failed', recorded: 'false' })
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
  })

  test('by a token that may only read', async () => {
    github.tokens.set('reader', { login: 'github-actions[bot]', permissions: ['contents: read'] })
    const error = await recording({ token: 'reader' })
    expect(String(error)).toContain("it lacks 'contents: write'")
  })

  test('where GitHub will not have it', async () => {
    const headers = { 'content-type': 'application/json' }
    github.disturb = ({ method }) =>
      method === 'POST' ? { status: 451, headers, body: '{"message":"Gone for good"}' } : undefined
    expect(String(await recording())).toMatch(/could not be recorded: GitHub refused .* Gone for good$/)
  })

  test('once the run is canceled', async () => {
    github.disturb = ({ method }) => {
      if (method === 'POST') scene.canceling.abort(new Error('canceled'))
      return undefined
    }
    expect(String(await recording())).toContain('The run was canceled.')
  })
})

describe('a thief with write access to notes', () => {
  test('gets nothing signed that a note says: it is no route to the path', async () => {
    scene.hold([OTHER], [KEY])
    pushNotes(github, { [sha]: `${lineFor(OTHER)}\n` })
    const given = { 'store-paths': '', 'record-key': secret, record: 'replace', timeout: '60s' }
    expect(String(await recording(given))).toContain('The store path of vps-arm is not known')
    expect(github.state.textAt(REF, sha)).toBe(`${lineFor(OTHER)}\n`)
    expect(writes()).toEqual([])
  })

  test('gets nothing recorded even if a path came from there', async () => {
    const search = { path: () => VPS, route: () => 'the recorded note' }
    const inputs = { recording: { isReplacing: false, key: undefined }, sha, targets: [{ name: 'vps-arm' }] }
    const known = { inputs, world: scene, github: {} }
    const wait = { ...known, search } as unknown as Wait
    const signal = new AbortController().signal
    await expect(recordClosures(wait, signal)).rejects.toThrow('The path of vps-arm is not one to record.')
    const unknown = known as unknown as Wait
    await expect(recordClosures(unknown, signal)).rejects.toThrow('is not one to record')
  })
})

test.each([
  ['https://github.com', 'https://github.com/acme/infra'],
  ['https://GHE.example.org:443', 'https://ghe.example.org/acme/infra'],
  ['https://ghe.example.org:8443', 'https://ghe.example.org:8443/acme/infra'],
  ['http://ghe.example.org:80', 'http://ghe.example.org/acme/infra'],
])('the repository at %s is spelled as hosts spell it', (serverUrl, url) => {
  expect(repositoryUrl({ serverUrl, repository: { owner: 'Acme', repo: 'Infra.git' } })).toBe(url)
})
