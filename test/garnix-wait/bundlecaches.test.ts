/** The bundle and caches on bad days: nothing passes, nothing hangs, and each is told in one sentence. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type BinaryCache,
  type Fault,
  faults,
  narInfoText,
  newSigningKey,
  startBinaryCache,
  storePath,
} from '../support/binarycache.ts'
import { errorsOf } from '../support/errors.ts'
import type { ActionRun } from '../support/run-action.ts'
import {
  CLOSURE,
  ETC,
  fullCache,
  GLIBC,
  inCaches,
  KEY,
  listeningSecurely,
  ROOT,
  runWait,
} from './bundlescene.ts'

const STRANGER = newSigningKey('stranger-1')
const IMPOSTOR = newSigningKey('mine-1')
const LIMIT = { 'cache-timeout': '3s' }

interface Bad {
  readonly fault?: Fault
  /** What it has instead of the right narinfo. */
  readonly text?: (path: typeof ROOT) => string
  readonly words: RegExp
}

const spoiled = (from: string | RegExp, to: string) => (path: typeof ROOT) =>
  narInfoText({ path, references: [] }, [KEY]).replace(from, to)

/** By the name of a path that it happens to. */
const BAD: Readonly<Record<string, Bad>> = {
  malformed: { text: () => 'nonsense\n', words: /it is no narinfo/ },
  elsewhere: { text: spoiled('-elsewhere', '-nowhere'), words: /it describes another path/ },
  base32: { text: spoiled('NarHash: sha256:1mi14', 'NarHash: sha256:eeeee'), words: /NarHash 'sha256:eeeee/ },
  html: { fault: faults.html, words: /it is no narinfo: it holds the line '<!DOCTYPE/ },
  half: { text: spoiled(/References[^]*/, 'Refer'), words: /its last line is not whole/ },
  unsigned: { text: spoiled(/Sig: .*\n/, ''), words: /it is signed by nobody/ },
  stranger: {
    text: (path) => narInfoText({ path, references: [] }, [STRANGER]),
    words: /it is signed by 'stranger-1', and the keys given are 'mine-1'/,
  },
  impostor: {
    text: (path) => narInfoText({ path, references: [] }, [IMPOSTOR]),
    words: /its signature by 'mine-1' is not one by the key given under that name/,
  },
  forbidden: { fault: faults.status(403), words: /it answers 403/ },
  truncated: { fault: faults.truncated, words: /its answer broke off/ },
  endless: { fault: faults.endless, words: /its answer is longer than 1048576 bytes/ },
  slowloris: { fault: faults.slow, words: /no answer within/ },
  silent: { fault: faults.never, words: /no answer within/ },
}
const BAD_PATHS = Object.keys(BAD).map((name) => storePath(name))
const at = (path: string) => `/${path.slice(11, 43)}.narinfo`

/** A cache whose closure needs each of them. */
function spoil(cache: BinaryCache): void {
  cache.add([{ path: ROOT, references: [GLIBC, ...BAD_PATHS] }, ...CLOSURE.slice(2)], [KEY])
  for (const path of BAD_PATHS) {
    const { fault, text } = BAD[path.slice(44)] ?? {}
    if (fault !== undefined) cache.faults.set(at(path), fault)
    if (text !== undefined) cache.texts.set(path.slice(11, 43), text(path))
  }
}

describe('a closure of which most paths are spoiled', () => {
  let cache: BinaryCache
  let run: ActionRun

  beforeAll(async () => {
    cache = await startBinaryCache()
    spoil(cache)
    run = await runWait({ ...inCaches(cache), ...LIMIT })
  }, 30_000)

  afterAll(async () => {
    await cache[Symbol.asyncDispose]()
  })

  test('is missing these and no others, within its time', () => {
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 1, stderr: '' })
    expect(run.outputs['status']).toBe('missing')
    const missing = JSON.parse(run.outputs['missing'] ?? '') as readonly { path: string; neededBy: unknown }[]
    expect(missing.map(({ path }) => path).toSorted()).toEqual(BAD_PATHS.toSorted())
    expect(missing.map(({ neededBy }) => neededBy)).toEqual(missing.map(() => [ROOT]))
    expect(run.durationMs).toBeLessThan(12_000)
    expect(errorsOf(run)).toEqual([
      expect.stringMatching(`^${BAD_PATHS.length} paths of the closure cannot be fetched\\.`),
    ])
  })

  test.each(Object.entries(BAD))('tells of the one that is %s what is wrong', (name, { words }) => {
    const path = storePath(name)
    const told = run.lines.slice(run.lines.findIndex((line) => line.startsWith(path)))
    expect(told[1]).toMatch(words)
    expect(told[1]).toContain(cache.url)
    // The next path follows: it is one sentence.
    expect(told[2]).toMatch(/^(?:\/nix\/store\/|::)/)
  })
})

describe('as it should be is', () => {
  test('what goes round in circles, and has a path of more than 4 GiB', async () => {
    await using cache = await startBinaryCache()
    const [first, second] = [storePath('first'), storePath('second')]
    const size = 5 * 2 ** 30
    cache.add([{ path: ROOT, references: [ROOT, first], narSize: size, fileSize: size }], [KEY])
    cache.add([{ path: first, references: [second] }], [KEY])
    cache.add([{ path: second, references: [first, ROOT] }], [KEY])
    const { code, outputs } = await runWait(inCaches(cache))
    expect({ code, size: outputs['unpacked-size'] }).toEqual({ code: 0, size: `{"-":${size + 2_000}}` })
  })

  test('what a cache sends to another one, that is asked without any login', async () => {
    await using full = await fullCache()
    await using cache = await startBinaryCache()
    cache.faults.set('*', ({ url = '' }, response) => {
      response.writeHead(302, { location: `${full.url}${url}` }).end()
      return true
    })
    const netrc = 'machine 127.0.0.1 login me password opensesame'
    const { code } = await runWait({ ...inCaches(cache), netrc })
    expect(code).toBe(0)
    expect(new Set(cache.headers.map(({ authorization }) => authorization))).toEqual(
      new Set([`Basic ${btoa('me:opensesame')}`]),
    )
    expect(new Set(full.headers.map(({ authorization }) => authorization))).toEqual(new Set([undefined]))
  })
})

describe('a whole cache', () => {
  test('that cannot prove its name is not believed', async () => {
    await using secure = await listeningSecurely((_, response) => response.end('StoreDir: /nix/store\n'))
    const run = await runWait({ ...inCaches(secure), ...LIMIT })
    expect({ code: run.code, status: run.outputs['status'] }).toEqual({ code: 1, status: 'missing' })
    expect(run.log).toMatch(/^::warning::https:\/\/.*: self-signed certificate\b/m)
    expect(run.summary).toContain('self-signed certificate')
  })

  test('that leads round in circles is left after ten redirects', async () => {
    await using cache = await startBinaryCache()
    cache.faults.set(at(ROOT), faults.redirect(at(ROOT)))
    const run = await runWait({ ...inCaches(cache), ...LIMIT })
    expect(run.log).toMatch(/ leads to more than 10 redirects$/m)
    expect({ code: run.code, asked: cache.asked.length % 11 }).toEqual({ code: 1, asked: 1 })
  })

  test.each([
    ['knows nobody', faults.status(401), "it answers 401: it is private, and 'netrc' has no login for it"],
    ['is of another store', faults.body('StoreDir: /gnu/store\n'), 'its store is /gnu/store, not /nix/store'],
  ])('that %s ends the wait at once', async (_, fault, words) => {
    await using cache = await startBinaryCache()
    cache.faults.set('/nix-cache-info', fault)
    const run = await runWait({ ...inCaches(cache), 'cache-timeout': '1h' })
    expect(run).toMatchObject({ code: 1, outputs: { status: 'failed' } })
    expect(run.log).toContain(`::warning::${cache.url}: ${words}.`)
    expect(run.durationMs).toBeLessThan(8_000)
  })

  test('that is gone is told before anything is asked', async () => {
    const run = await runWait({ ...inCaches({ url: 'https://cache.garnix.io' }), 'cache-timeout': '1h' })
    expect(errorsOf(run)).toEqual([expect.stringContaining('cache.garnix.io')])
    expect(run).toMatchObject({ code: 1, outputs: { status: 'failed' } })
    expect(run.summary).toContain('cache.garnix.io')
  })

  test('that is not there yet when the wait begins is found once it is', async () => {
    await using cache = await fullCache()
    cache.texts.delete(ETC.slice(11, 43))
    setTimeout(() => {
      cache.add(CLOSURE, [KEY])
    }, 1_500)
    const run = await runWait({ ...inCaches(cache), 'cache-timeout': '30s' })
    expect(run).toMatchObject({ code: 0, outputs: { status: 'ready' } })
    // What was found is not asked for again.
    expect(cache.asked.filter((url) => url === at(ROOT))).toHaveLength(1)
  })
})
