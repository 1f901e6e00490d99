/** The whole of the cache half, over real HTTP, against caches on bad days. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { type CacheVerdict, waitForClosure } from '../../actions/garnix-wait/cachewait.ts'
import { closureOf, newClosure } from '../../actions/garnix-wait/closure.ts'
import { clock } from '../../actions/shared/adapters/clock.ts'
import { newFetch } from '../../actions/shared/adapters/fetch.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import type { Fetch } from '../../actions/shared/ports.ts'
import {
  type BinaryCache,
  type Fault,
  faults,
  narInfoText,
  newSigningKey,
  startBinaryCache,
  storePath,
} from '../support/binarycache.ts'
import { RecordingLog, countingRandom } from '../support/fakes.ts'
import { freePort } from '../support/sshd.ts'

const KEY = newSigningKey('mine-1')
const STRANGER = newSigningKey('stranger-1')
const IMPOSTOR = newSigningKey('mine-1')
const ROOT = storePath('nixos-system-web-26.11')
const LEAF = storePath('leaf-1.0')
const CIRCLE = storePath('circle-1.0')
const PATHS = [
  { path: ROOT, references: [LEAF, CIRCLE], narSize: 5 * 2 ** 30, fileSize: 4.5 * 2 ** 30 },
  { path: LEAF, references: [LEAF] },
  { path: CIRCLE, references: [ROOT] },
]
const at = (path: string) => `/${path.slice(11, 43)}.narinfo`

let one: BinaryCache
let two: BinaryCache

beforeEach(async () => {
  one = await startBinaryCache()
  two = await startBinaryCache()
  one.add(PATHS, [KEY])
})
afterEach(async () => {
  await one[Symbol.asyncDispose]()
  await two[Symbol.asyncDispose]()
})

interface Looked {
  readonly verdict: CacheVerdict
  readonly paths: readonly string[]
  readonly ms: number
}

/** One look with what time there is; answers get a fraction of what they usually get. */
async function look(urls: readonly string[], limitMs = 1_000, answerMs = 300): Promise<Looked> {
  const caches = urls.map((url) => parseCache(`${url} ${KEY.trusted}`, []))
  const real = newFetch()
  const fetch: Fetch = (url, options) =>
    real(url, { ...options, timeoutMs: Math.min(options.timeoutMs, answerMs) })
  const closure = newClosure([ROOT])
  const world = { fetch, clock, log: new RecordingLog(), random: countingRandom() }
  const until = { deadline: deadlineIn(clock, limitMs), signal: new AbortController().signal }
  const started = performance.now()
  const verdict = await waitForClosure(closure, { rules: { caches, requireSignatures: true }, world }, until)
  return { verdict, paths: closureOf(closure).map(({ path }) => path), ms: performance.now() - started }
}

const wordsOf = ({ verdict }: Looked) =>
  verdict.kind === 'complete'
    ? []
    : verdict.misses.flatMap(({ reasons }) => reasons.map(({ kind, words }) => `${kind}: ${words}`))

test('a circle, a path that needs itself and one of more than 4 GiB are a closure like any other', async () => {
  const { verdict, paths } = await look([one.url], 30_000, 30_000)
  expect(verdict).toEqual({ kind: 'complete', troubles: [] })
  expect(paths).toEqual([ROOT, LEAF, CIRCLE])
  expect(one.taken().toSorted()).toEqual(['/nix-cache-info', at(ROOT), at(LEAF), at(CIRCLE)].toSorted())
})

const spoiled = (from: string | RegExp, to: string) =>
  faults.body(narInfoText({ path: LEAF, references: [LEAF] }, [KEY]).replace(from, to))

describe('one path of which the cache says', () => {
  test.each<[string, Fault, RegExp]>([
    ['nothing it has', faults.status(404), /^absent: it answers 404$/],
    ['403, as S3 does', faults.status(403), /^absent: it answers 403$/],
    ['a web page', faults.html, /^unusable: it is no narinfo: it holds the line '<!DOCTYPE/],
    ['another path', spoiled('leaf-1.0', 'feal-1.0'), /^unusable: it describes another path, '\/nix\/store/],
    ['bad base 32', spoiled('NarHash: sha256:1mi14', 'NarHash: sha256:eeeee'), /NarHash 'sha256:/],
    [
      'half of it',
      spoiled(/References[^]*/, 'Refer'),
      /^unusable: it is no narinfo: its last line is not whole$/,
    ],
    ['whole lines, but not all', spoiled(/References[^]*/, ''), /^untrusted: it is signed by nobody$/],
    [
      'another size',
      spoiled('NarSize: 1000', 'NarSize: 1001'),
      /^untrusted: its signature by 'mine-1' is not one by the key/,
    ],
    ['less than it announces', faults.truncated, /^unreachable: .*: its answer broke off$/],
    ['more and more', faults.endless, /^unreachable: .*: its answer is longer than 1048576 bytes$/],
    ['a byte now and then', faults.slow, /^unreachable: .*: no answer within 300 ms$/],
    ['nothing at all', faults.never, /^unreachable: .*: no answer within 300 ms$/],
    [
      'that it is elsewhere, which says the same',
      faults.redirect('/'),
      /^unusable: it is no narinfo|^absent/,
    ],
    [
      'that it is in a circle',
      faults.redirect(at(LEAF)),
      /^unreachable: .* leads to more than 10 redirects$/,
    ],
    ['that it is in a file', faults.redirect('file:///etc/passwd'), /^unreachable: .* is neither http/],
    ['a failure', faults.status(500), /^unreachable: it answers 500$/],
    ['that it is tired', faults.status(429, { 'retry-after': '7' }), /^unreachable: it answers 429$/],
    ['something new', faults.status(299), /^unusable: it answers 299$/],
    ['goodbye', faults.reset, /^unreachable: .*: socket hang up$/],
  ])('%s is missing, in one sentence', async (_, fault, words) => {
    one.faults.set(at(LEAF), fault)
    // A busy machine takes its time for a megabyte.
    const looked = await (fault === faults.endless ? look([one.url], 6_000, 6_000) : look([one.url]))
    expect(looked.verdict).toMatchObject({ kind: 'incomplete', misses: [{ path: LEAF, neededBy: [ROOT] }] })
    expect(wordsOf(looked)).toEqual([expect.stringMatching(words)])
    expect(looked.paths).toEqual([ROOT, CIRCLE])
    expect(looked.ms).toBeLessThan(12_000)
    // The next cache has it: then nothing is wrong, however long a busy machine takes to find out.
    two.add(PATHS.slice(1, 2), [KEY])
    expect(await look([one.url, two.url], 30_000)).toMatchObject({ verdict: { kind: 'complete' } })
  })

  test.each([
    ['by nobody', [], 'it is signed by nobody'],
    ['by a stranger', [STRANGER], "it is signed by 'stranger-1', and the keys given are 'mine-1'"],
    [
      'by another key of that name',
      [IMPOSTOR],
      "its signature by 'mine-1' is not one by the key given under that name",
    ],
  ])('signed %s is missing', async (_, keys, words) => {
    one.add(PATHS.slice(1, 2), keys)
    const looked = await look([one.url])
    expect(looked.verdict).toMatchObject({ kind: 'incomplete', isUntrusted: true })
    expect(wordsOf(looked)).toEqual([`untrusted: ${words}`])
  })

  test('that it is in another cache is found there', async () => {
    two.add(PATHS.slice(1, 2), [KEY])
    one.faults.set(at(LEAF), faults.redirect(`${two.url}${at(LEAF)}`, 307))
    expect(await look([one.url])).toMatchObject({ verdict: { kind: 'complete' } })
  })
})

describe('a complete closure is known long before the time is up beside a cache that', () => {
  test.each<[string, Fault]>([
    ['never answers', faults.never],
    ['drips', faults.slow],
    ['fails', faults.status(502)],
    ['wants a login', faults.status(401)],
  ])('%s', async (_, fault) => {
    two.faults.set('*', fault)
    const { verdict, ms } = await look([two.url, one.url], 60_000)
    expect(verdict.kind).toBe('complete')
    expect(ms).toBeLessThan(12_000)
  })

  test('is not there', async () => {
    const { verdict, ms } = await look(
      [`http://127.0.0.1:${await freePort()}`, 'http://cache.invalid', one.url],
      60_000,
    )
    expect(verdict.kind).toBe('complete')
    expect(ms).toBeLessThan(12_000)
  })
})

describe('a verdict that no waiting changes comes at once', () => {
  test('for a name that is none', async () => {
    one.texts.clear()
    const { verdict, ms } = await look([one.url, 'http://cache.invalid'], 60_000)
    expect(verdict).toMatchObject({
      kind: 'incomplete',
      troubles: [{}, { cache: 'http://cache.invalid', isFinal: true }],
    })
    expect(ms).toBeLessThan(12_000)
  })

  test('for credentials that are wrong', async () => {
    one.faults.set('*', faults.status(401))
    const { verdict, ms } = await look([one.url], 60_000)
    expect(verdict).toMatchObject({ kind: 'incomplete', troubles: [{ cache: one.url, isFinal: true }] })
    expect(ms).toBeLessThan(12_000)
  })
})
