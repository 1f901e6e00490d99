/** The bundle of garnix-wait against a cache that a real Nix has written, in its folder and over HTTP. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Listening, listening, runWait } from '../../garnix-wait/bundlescene.ts'
import { privateNix } from '../nix.ts'

const nix = await privateNix()
const folder = join(nix.folder, 'cache')
let server: Listening
let root: string
let below: string
let key: string

async function said(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await nix.nix(args)
  if (code !== 0) throw new Error(`nix ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

beforeAll(async () => {
  const expression = 'builtins.toFile "root" "${builtins.toFile "below" "x"}"'
  root = await said(['eval', '--raw', '--expr', expression])
  below = readFileSync(join(nix.folder, 'root', root), 'utf8')
  const secret = join(nix.folder, 'secret')
  writeFileSync(secret, await said(['key', 'generate-secret', '--key-name', 'real-1']))
  const [name = '', base64 = ''] = readFileSync(secret, 'utf8').split(':')
  // The second 32 of its 64 bytes: https://doc.libsodium.org/public-key_cryptography/public-key_signatures
  key = `${name}:${Buffer.from(base64, 'base64').subarray(32).toString('base64')}`
  await said(['copy', '--to', `${pathToFileURL(folder).href}?secret-key=${secret}`, root])
  server = await listening(({ url = '' }, response) => {
    try {
      response.end(readFileSync(join(folder, basename(url))))
    } catch {
      response.writeHead(404).end()
    }
  })
}, 120_000)

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await nix[Symbol.asyncDispose]()
})

const inputs = (url: string) => ({
  ...{ provider: 'none', 'store-paths': root, caches: `${url} ${key}`, 'cache-timeout': '3s' },
})

test.each([
  ['its folder', () => pathToFileURL(folder).href],
  ['HTTP', () => server.url],
])('what nix copied is complete over %s', async (_, url) => {
  const run = await runWait(inputs(url()))
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'ready', 'closure-paths': '{"-":2}' } })
})

test('what it did not copy is missing, and what needs it is told', async () => {
  rmSync(join(folder, `${below.slice(11, 43)}.narinfo`))
  const { code, outputs } = await runWait(inputs(server.url))
  expect({ code, status: outputs['status'] }).toEqual({ code: 1, status: 'missing' })
  expect(JSON.parse(outputs['missing'] ?? '')).toEqual([{ path: below, neededBy: [root] }])
})
