/** The bundle records what can be fetched, and git and OpenSSH find it as it should be. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { BinaryCache } from '../support/binarycache.ts'
import { errorsOf } from '../support/errors.ts'
import { fakeGitHub, type FakeGitHub } from '../support/github/server.ts'
import { makeKey, type Keypair } from '../support/sshd.ts'
import { fullCache, ROOT } from './bundlescene.ts'
import {
  Clone,
  fannedOut,
  lineFor,
  messageFor,
  OTHER,
  pushNotes,
  REF,
  runRecord,
  seeded,
} from './recordscene.ts'

let github: FakeGitHub
let cache: BinaryCache
let key: Keypair
let sha: string

beforeAll(async () => {
  github = await fakeGitHub()
  cache = await fullCache()
  key = await makeKey()
}, 60_000)

beforeEach(() => {
  sha = seeded(github)
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
  await cache[Symbol.asyncDispose]()
})

const run = (inputs: Readonly<Record<string, string>> = {}) => runRecord({ github, cache, sha }, inputs)
const noteOf = (commit = sha) => {
  using clone = new Clone(github)
  return clone.note(commit)
}

describe('a closure that can be fetched', () => {
  test('is recorded as a note that git shows, signed as OpenSSH signs', async () => {
    const done = await run({ 'record-key': key.privateKey })
    expect(done).toMatchObject({ code: 0, stderr: '', outputs: { status: 'ready', recorded: 'true' } })
    expect(done.log).toMatch(/^Recorded vps-arm, signed by SHA256:\S{43}\.$/m)
    expect(done.summary).toContain('Recorded vps-arm, signed by SHA256:')
    using clone = new Clone(github)
    const [configuration, path, signature = '', ...others] = clone.note(sha).trimEnd().split(' ')
    expect([configuration, path, others]).toEqual(['vps-arm', ROOT, []])
    expect(clone.isSigned(signature, messageFor(sha), key.publicKey)).toBe(true)
    expect(clone.isSigned(signature, messageFor('0'.repeat(40)), key.publicKey)).toBe(false)
    expect(clone.git('log', '--format=%s', REF)).toBe(`Record vps-arm of ${sha}\n`)
  }, 30_000)

  test('is recorded once: a second run writes nothing', async () => {
    await run({ 'record-key': key.privateKey })
    const tip = github.state.refs.get(REF)
    const again = await run({ 'record-key': key.privateKey })
    expect(again).toMatchObject({ code: 0, outputs: { recorded: 'true' } })
    expect(again.log).toContain('vps-arm is recorded already, signed by SHA256:')
    expect(github.state.refs.get(REF)).toBe(tip)
  }, 30_000)

  test('is recorded beside what others have written', async () => {
    const theirs = `${lineFor(OTHER, 'web')}\nReviewed-by: Grüße\n`
    pushNotes(github, { [sha]: theirs, ['f'.repeat(40)]: 'of another commit\n' })
    expect(await run()).toMatchObject({ code: 0, stderr: '' })
    expect(noteOf()).toBe(`${theirs}${lineFor(ROOT)}\n`)
    const files = [...github.state.filesAt(REF).keys()]
    expect(files.toSorted()).toEqual([fannedOut(sha), 'f'.repeat(40)].toSorted())
  }, 30_000)

  test('is not recorded where another path is, unless that is to be replaced', async () => {
    pushNotes(github, { [sha]: `${lineFor(OTHER)}\n` })
    const refused = await run()
    expect(refused).toMatchObject({ code: 1, outputs: { status: 'failed', recorded: 'false' } })
    expect(errorsOf(refused)[0]).toContain(
      `vps-arm of ${sha} is recorded as ${OTHER} already, and it is ${ROOT} now`,
    )
    expect(noteOf()).toBe(`${lineFor(OTHER)}\n`)
    expect(await run({ record: 'replace' })).toMatchObject({ code: 0, outputs: { status: 'ready' } })
    expect(noteOf()).toBe(`${lineFor(ROOT)}\n`)
  }, 30_000)

  test('is recorded by two runs at once, each with its line', async () => {
    const web = { 'store-paths': `web=${ROOT}` }
    const both = await Promise.all([run(), run(web)])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(noteOf().split('\n').toSorted()).toEqual(['', lineFor(ROOT), lineFor(ROOT, 'web')])
  }, 90_000)
})
