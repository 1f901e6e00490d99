/** Caches that a real Nix has written, read by garnix-wait. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parseCache } from '../../../actions/garnix-wait/caches.ts'
import { waitForClosure } from '../../../actions/garnix-wait/cachewait.ts'
import { closureOf, newClosure } from '../../../actions/garnix-wait/closure.ts'
import { toNix32 } from '../../../actions/garnix-wait/nix32.ts'
import { parseStorePath, type StorePath } from '../../../actions/garnix-wait/storepath.ts'
import { clock } from '../../../actions/shared/adapters/clock.ts'
import { newFetch } from '../../../actions/shared/adapters/fetch.ts'
import { deadlineIn } from '../../../actions/shared/deadline.ts'
import { startBinaryCache, storePath } from '../../support/binarycache.ts'
import { RecordingLog, countingRandom } from '../../support/fakes.ts'
import { privateNix } from '../nix.ts'

const nix = await privateNix()
const BUILT = storePath('built-1.0')
const NEEDED = storePath('needed-1.0')
let source: StorePath
let text: StorePath
let keys: readonly string[]

afterAll(async () => {
  await nix[Symbol.asyncDispose]()
})

async function said(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await nix.nix(args)
  if (code !== 0) throw new Error(`nix ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** A NAR of one file: https://nix.dev/manual/nix/latest/protocols/nix-archive */
function narOf(content: string): Buffer {
  const words = ['nix-archive-1', '(', 'type', 'regular', 'contents', content, ')']
  return Buffer.concat(
    words.map((word) => {
      const bytes = Buffer.from(word)
      const framed = Buffer.alloc(8 + Math.ceil(bytes.length / 8) * 8)
      framed.writeBigUInt64LE(BigInt(bytes.length))
      bytes.copy(framed, 8)
      return framed
    }),
  )
}

/** Puts into Nix's store what looks built: nothing can be built where there may be no namespaces. */
async function putBuilt(path: StorePath, references: readonly StorePath[]): Promise<void> {
  const folder = join(nix.folder, 'handmade')
  const nar = narOf(`${references.join('\n')}\n`)
  const hash = path.slice(11, 43)
  const narHash = `sha256:${toNix32(createHash('sha256').update(nar).digest())}`
  const names = references.map((one) => one.slice(11)).join(' ')
  const lines = [`StorePath: ${path}`, `URL: ${hash}.nar`, 'Compression: none', `NarHash: ${narHash}`]
  writeFileSync(join(folder, `${hash}.nar`), nar)
  writeFileSync(
    join(folder, `${hash}.narinfo`),
    `${[...lines, `NarSize: ${nar.length}`, `References: ${names}`].join('\n')}\n`,
  )
  await said(['copy', '--no-check-sigs', '--from', pathToFileURL(folder).href, path])
}

/** Copies BUILT and all it needs; signed by the store with that number of keys. */
async function copied(name: string, signers: number): Promise<string> {
  const folder = join(nix.folder, name)
  const secret = signers === 0 ? '' : `?secret-key=${join(nix.folder, 'key-0')}`
  await said(['copy', '--to', `file://${folder}${secret}`, BUILT])
  for (let signer = 1; signer < signers; signer++)
    await said([
      'store',
      'sign',
      '--recursive',
      '--key-file',
      join(nix.folder, `key-${signer}`),
      '--store',
      `file://${folder}`,
      BUILT,
    ])
  return folder
}

beforeAll(async () => {
  const tree = join(nix.folder, 'tree')
  mkdirSync(tree)
  writeFileSync(join(tree, 'file'), 'hello\n')
  source = parseStorePath(await said(['store', 'add-path', '--name', 'source', tree]))
  text = parseStorePath(
    await said(['eval', '--raw', '--expr', 'builtins.toFile "text" "${builtins.toFile "below" "x"}"']),
  )
  await said(['copy', '--to', `file://${join(nix.folder, 'handmade')}`, source, text])
  await putBuilt(NEEDED, [text])
  await putBuilt(BUILT, [BUILT, NEEDED, source])
  const made: string[] = []
  for (const number of [0, 1]) {
    const file = join(nix.folder, `key-${number}`)
    writeFileSync(file, await said(['key', 'generate-secret', '--key-name', `key-${number}`]))
    made.push(publicHalf(readFileSync(file, 'utf8')))
  }
  keys = made
}, 120_000)

/** The second 32 of its 64 bytes: https://doc.libsodium.org/public-key_cryptography/public-key_signatures */
function publicHalf(secret: string): string {
  const [name = '', base64 = ''] = secret.split(':')
  return `${name}:${Buffer.from(base64, 'base64').subarray(32).toString('base64')}`
}

interface Wanted {
  readonly keys?: readonly string[]
  readonly root?: StorePath
  readonly requireSignatures?: boolean
}

async function look(url: string, { keys: given = [], root = BUILT, requireSignatures = true }: Wanted) {
  const closure = newClosure([root])
  const rules = { caches: [parseCache([url, ...given].join(' '), [])], requireSignatures }
  const world = { fetch: newFetch(), clock, log: new RecordingLog(), random: countingRandom() }
  const until = { deadline: deadlineIn(clock, 1_500), signal: new AbortController().signal }
  const verdict = await waitForClosure(closure, { rules, world }, until)
  const misses = verdict.kind === 'complete' ? [] : verdict.misses
  const missing = misses.map(({ path, reasons }) => `${path}: ${reasons[0]?.words}`)
  return { verdict, missing, paths: closureOf(closure) }
}

const url = (folder: string) => pathToFileURL(folder).href

test('a cache signed by one key is whole for whoever has that key, and for nobody else', async () => {
  const folder = await copied('signed', 1)
  const { verdict, paths } = await look(url(folder), { keys: keys.slice(0, 1) })
  expect(verdict).toEqual({ kind: 'complete', troubles: [] })
  const known = JSON.parse(await said(['path-info', '--recursive', '--json', BUILT])) as Record<
    string,
    { narSize: number }
  >
  expect(Object.fromEntries(paths.map(({ path, narSize }) => [path, narSize]))).toEqual(
    Object.fromEntries(Object.entries(known).map(([path, { narSize }]) => [path, narSize])),
  )
  expect(paths.every(({ fileSize = 0 }) => fileSize > 0)).toBe(true)
  const other = await look(url(folder), { keys: keys.slice(1) })
  expect(other.missing).toEqual([`${BUILT}: it is signed by 'key-0', and the keys given are 'key-1'`])
})

test('a cache signed by two keys is whole for whoever has one of them', async () => {
  const folder = await copied('twice', 2)
  for (const key of keys) expect(await look(url(folder), { keys: [key] })).toMatchObject({ missing: [] })
})

test('an unsigned cache is whole for whoever wants no signatures', async () => {
  const folder = await copied('unsigned', 0)
  expect(await look(url(folder), { requireSignatures: false })).toMatchObject({ missing: [] })
  expect((await look(url(folder), { keys })).missing).toEqual([`${BUILT}: it is signed by nobody`])
})

test('what is content-addressed needs no signature, unless its content is said to be another', async () => {
  const folder = await copied('addressed', 0)
  for (const root of [source, text])
    expect(await look(url(folder), { keys, root })).toMatchObject({ missing: [] })
  for (const root of [source, text]) {
    const file = join(folder, `${root.slice(11, 43)}.narinfo`)
    const changed = readFileSync(file, 'utf8').replace(
      /^(CA: .*:)(..)/m,
      (_, start, two) => `${start}${two === '11' ? '00' : '11'}`,
    )
    writeFileSync(file, changed)
    expect((await look(url(folder), { keys, root })).missing).toEqual([`${root}: it is signed by nobody`])
  }
})

test('what a cache has lost is named, where Nix only fails', async () => {
  const folder = await copied('lost', 1)
  rmSync(join(folder, `${NEEDED.slice(11, 43)}.narinfo`))
  expect((await nix.nix(['path-info', '--recursive', '--store', `file://${folder}`, BUILT])).code).not.toBe(0)
  const { verdict, missing } = await look(url(folder), { keys })
  expect(missing).toEqual([`${NEEDED}: it answers 404`])
  expect(verdict).toMatchObject({ misses: [{ neededBy: [BUILT] }] })
})

test('the same is true over HTTP', async () => {
  const folder = await copied('served', 1)
  await using server = await startBinaryCache()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.narinfo')))
    server.texts.set(file.slice(0, 32), readFileSync(join(folder, file), 'utf8'))
  expect((await look(server.url, { keys })).paths).toHaveLength(5)
  server.texts.delete(NEEDED.slice(11, 43))
  expect((await look(server.url, { keys })).missing).toEqual([`${NEEDED}: it answers 404`])
})
