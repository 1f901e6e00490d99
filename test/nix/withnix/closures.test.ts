/** build.yml's actions: a real Nix builds, signs and pushes. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parseNarInfo } from '../../../actions/garnix-wait/narinfo.ts'
import { whyUntrusted } from '../../../actions/garnix-wait/signature.ts'
import { parseStorePath } from '../../../actions/garnix-wait/storepath.ts'
import { parseTrustedKey } from '../../../actions/garnix-wait/trustedkey.ts'
import { obeyed } from '../../support/obeyed.ts'
import { newSigningKey } from '../../support/binarycache.ts'
import {
  type BuildScene,
  buildScene,
  narInfosOf,
  OTHER_SYSTEM,
  SYSTEM,
  uploadServer,
} from '../../workflows/buildscene.ts'
import { complaint } from '../../workflows/list.ts'

jest.setTimeout(120_000)

let scene: BuildScene
let secret = ''
let trusted = ''
let web = ''

beforeAll(async () => {
  scene = await buildScene()
  secret = (
    await scene.nix.nix(['key', 'generate-secret', '--key-name', 'cache.example.org-1'])
  ).stdout.trim()
  const raw = Buffer.from(secret.split(':')[1] ?? '', 'base64')
  trusted = `cache.example.org-1:${raw.subarray(32).toString('base64')}`
  const run = await build('web')
  web = run.outputs['path'] ?? run.log
})

afterAll(async () => {
  await scene[Symbol.asyncDispose]()
})

const build = (configuration: string, more = {}) =>
  scene.run('closure-build', { configuration, system: SYSTEM, flake: '.', ...more })
const push = (more: Readonly<Record<string, string>>) =>
  scene.run('closure-push', { path: web, 'signing-key': secret, ...more })

describe('a configuration', () => {
  test.each(['web', 'web.1'])('is built: %s', async (name) => {
    const run = await build(name)
    expect(run).toMatchObject({
      code: 0,
      outputs: { path: expect.stringMatching(/^\/nix\/store\/.*-nixos-web/) },
    })
    const { folder = '', path = '' } = run.outputs
    expect(readFileSync(join(folder, `${name}.closure`), 'utf8')).toBe(`${name}=${path}\n`)
  })

  test.each([
    ['bad', 'it breaks', 'could not be built'],
    ['hostile', '::add-mask::hostile', 'could not be evaluated'],
  ])(
    'that breaks (%s) is red, with its log, which is no command to the runner',
    async (name, shown, said) => {
      const run = await build(name)
      expect(run).toMatchObject({ code: 1, outputs: {} })
      expect(run.log).toContain(shown)
      expect(complaint(run)).toContain(`Configuration '${name}' ${said}`)
      expect(obeyed(run.stdout).map((command) => command.name)).toEqual(['error'])
    },
  )

  test('that says it is an option of nix is none: the environment, where tokens are, stays unread', async () => {
    writeFileSync(
      join(scene.workspace, '^out'),
      'builtins.trace (builtins.getEnv "NIX_CONFIG") (throw "read")',
    )
    const run = await build('option', { 'access-tokens': 'git.example.org=hunter2hunter2hunter2' })
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(run.log.replace('::add-mask::hunter2hunter2hunter2', '')).not.toContain('hunter2')
    expect(complaint(run)).toContain("Configuration 'option' is '-f', expected a derivation")
  })

  test('for another system says how to get its runner', async () => {
    expect(complaint(await build('elsewhere'))).toBe(
      `Configuration 'elsewhere' is for ${OTHER_SYSTEM}, and was to be built for ${SYSTEM}. Write 'elsewhere ${OTHER_SYSTEM}' in 'configurations', so that it gets the runner it needs.`,
    )
  })

  test.each(['nobody', 'web"; x="', '../web', '$(id)', '--help', 'web\nbad'])(
    'that is not there, or no name, is red: %j',
    async (name) => {
      expect(await build(name)).toMatchObject({ code: 1, outputs: {} })
    },
  )

  test.each(['../elsewhere', '/etc', 'nix#x', '-x y'])(
    'is of a folder of the repository, not of %j',
    async (flake) => {
      expect(complaint(await build('web', { flake }))).toContain('expected a folder of the repository')
    },
  )
})

describe('a push', () => {
  /** Whether garnix-wait takes every path of the closure for signed. */
  const problemsOf = async (read: (file: string) => string | undefined, key = trusted) => {
    const infos = await narInfosOf(scene, web, read)
    expect(infos).toHaveLength(2)
    const parsed = infos.map(([path, text]) => parseNarInfo(text, parseStorePath(path)))
    const answers = await Promise.all(parsed.map((info) => whyUntrusted(info, [parseTrustedKey(key)])))
    return answers.filter((answer) => answer !== undefined)
  }

  test('to a folder is signed as garnix-wait and hosts demand it, and leaves no key behind', async () => {
    const cache = join(scene.nix.folder, 'cache')
    expect(await push({ cache: `file://${cache}` })).toMatchObject({ code: 0 })
    const read = (file: string) => readFileSync(join(cache, file), 'utf8')
    expect(await problemsOf(read)).toEqual([])
    expect(await problemsOf(read, newSigningKey('cache.example.org-1').trusted)).toHaveLength(2)
    expect(readdirSync(scene.temporary).filter((name) => name.startsWith('push-'))).toEqual([])
  })

  test('to a server over HTTP as well', async () => {
    await using server = await uploadServer()
    expect(await push({ cache: server.url })).toMatchObject({ code: 0 })
    expect(await problemsOf((file) => server.files.get(`/${file}`)?.toString())).toEqual([])
  })

  test('shows its key nowhere: not in the log, not among the arguments of a program', async () => {
    const run = await push({ cache: `file://${join(scene.nix.folder, 'cache')}` })
    const shown = run.lines.filter((line) => !line.startsWith('::add-mask::')).join('\n')
    const argv = readFileSync(join(scene.nix.folder, 'argv'), 'utf8')
    expect(argv).toContain('store sign')
    expect(shown + argv).not.toContain(secret.split(':')[1])
  })

  test.each([
    [{ 'signing-key': '' }, /^Secret CACHE_SIGNING_KEY is empty, and nothing is pushed unsigned\./],
    [{ path: '--all' }, /^'path' is '--all', expected a store path/],
    [{ 'signing-key': 'no key' }, /^CACHE_SIGNING_KEY is no key of nix/],
    [{ cache: 'cache.example.org' }, /^'cache' is 'cache\.example\.org', expected an address/],
    [{ cache: '--help' }, /expected an address/],
    [{ cache: 'file:///x?secret-key=/y' }, /^'cache' holds a key or a login/],
    [{ cache: 'https://a:b@cache.example.org' }, /^'cache' holds a key or a login/],
    [{ cache: 'ssh-ng://cache.example.org' }, /needs ssh-key and known-hosts/],
  ])('is refused with %j, and nothing arrives', async (more, message) => {
    const cache = join(scene.nix.folder, 'never')
    const run = await push({ cache: `file://${cache}`, ...more })
    expect(run.code).toBe(1)
    expect(complaint(run)).toMatch(message)
    expect(existsSync(cache)).toBe(false)
  })

  test('that the cache refuses is red, and leaves no key behind', async () => {
    const run = await push({ cache: 'http://127.0.0.1:9' })
    expect(complaint(run)).toMatch(/could not be pushed to http:\/\/127\.0\.0\.1:9 \(nix ended with 1\)/)
    expect(readdirSync(scene.temporary).filter((name) => name.startsWith('push-'))).toEqual([])
  })

  test("by a command gets the path and the cache's token, and no key; its failure is red", async () => {
    const command = 'env > seen; echo "$CLOSURE"'
    expect(await push({ cache: '', 'push-command': command, token: 'hunter2-token' })).toMatchObject({
      code: 0,
    })
    const seen = readFileSync(join(scene.workspace, 'seen'), 'utf8')
    expect(seen).toContain(`CLOSURE=${web}`)
    expect(seen).toContain('CACHE_TOKEN=hunter2-token')
    expect(seen).not.toMatch(/INPUT_|cache\.example\.org-1/)
    expect(await push({ cache: '', 'push-command': 'false | true' })).toMatchObject({ code: 1 })
  })
})
