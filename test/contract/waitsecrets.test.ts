/** The bundle of garnix-wait with a secret in every input that can hold one: who gets to see them. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type BinaryCache, faults } from '../support/binarycache.ts'
import { errorsOf } from '../support/errors.ts'
import { type FakeGitHub, fakeGitHub } from '../support/github/server.ts'
import { obeyed } from '../support/obeyed.ts'
import type { ActionRun } from '../support/run-action.ts'
import {
  fullCache,
  inCaches,
  KEY,
  type Listening,
  listening,
  ROOT,
  runWait,
  SHA,
} from '../garnix-wait/bundlescene.ts'

const TOKEN = 'ghs_tokenOfTheJob'
const INSTANCE_TOKEN = 'tokenOfTheInstance'
const PASSWORD = 'open sesame, hunter2'
const RECORD_KEY = 'keyToRecordWith'
const BASIC = Buffer.from(`me:${PASSWORD}`).toString('base64')
const INSTANCE_BASIC = Buffer.from(`me:${INSTANCE_TOKEN}`).toString('base64')
const SECRETS = [TOKEN, INSTANCE_TOKEN, PASSWORD, BASIC, INSTANCE_BASIC]
const GIVEN = {
  token: TOKEN,
  'instance-login': 'me',
  'instance-token': INSTANCE_TOKEN,
  netrc: `machine 127.0.0.1 login me password "${PASSWORD}"`,
  configurations: 'vps-arm',
}
/** What a runner may have in the environment of a step besides. */
const AROUND = {
  GITHUB_TOKEN: TOKEN,
  ACTIONS_RUNTIME_TOKEN: TOKEN,
  GH_TOKEN: TOKEN,
  CACHE_PASSWORD: PASSWORD,
}

/** Programs that write down what they were given; nix knows the path, and says what it should not be able to say. */
function programsIn(folder: string): void {
  const seen = `{ tr '\\0' '\\n' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$PPID/cmdline; env; } >> ${folder}/seen`
  const program = (name: string, lines: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${seen}\n${lines}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  program('git', `[ "$3" = rev-parse ] && echo ${folder}`)
  program('nix', `echo '::error::forged' >&2; printf %s ${ROOT}`)
}

/** Everything that a server was told in headers, and that it was told it. */
interface Ear extends Listening {
  readonly heard: string[]
}

async function ear(answer: Parameters<typeof listening>[0]): Promise<Ear> {
  const heard: string[] = []
  const server = await listening((request: IncomingMessage, response) => {
    heard.push([request.method, request.url, ...request.rawHeaders].join('\n'))
    answer(request, response)
  })
  return { ...server, heard }
}

const loggedOf = ({ log }: ActionRun) => log.replace(/^::add-mask::.*$/gm, '')
const told = (run: ActionRun) => [loggedOf(run), run.summary, JSON.stringify(run.outputs)]

describe('a wait that asks everybody', () => {
  let folder: string
  let github: FakeGitHub
  let instance: Ear
  let cache: BinaryCache
  let run: ActionRun

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nix-vps-programs-'))
    programsIn(folder)
    github = await fakeGitHub()
    github.tokens.set(TOKEN, { login: 'github-actions[bot]' })
    github.state.addRun({ sha: SHA, name: 'nixosConfig vps-arm', app: 'garnix-ci', ...DONE })
    instance = await ear((_, response) => response.writeHead(401).end('Unauthorized'))
    cache = await fullCache()
    const caches = `${cache.url} ${KEY.trusted}`
    const PATH = `${folder}:${process.env['PATH'] ?? ''}`
    const env = { ...AROUND, PATH, GITHUB_API_URL: github.url, GITHUB_WORKSPACE: folder }
    run = await runWait({ ...GIVEN, caches, 'instance-url': instance.url, 'cache-timeout': '20s' }, env)
  }, 60_000)

  afterAll(async () => {
    rmSync(folder, { recursive: true })
    for (const server of [github, instance, cache]) await server[Symbol.asyncDispose]()
  })

  test('is served by all of them', () => {
    expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'ready' } })
    expect(instance.heard.join('\n')).toContain(`Basic ${INSTANCE_BASIC}`)
    expect(cache.headers[0]?.authorization).toBe(`Basic ${BASIC}`)
    expect(github.exchanges[0]?.authorization).toBe(`token ${TOKEN}`)
  })

  test('never says a secret but to have it masked', () => {
    for (const secret of SECRETS) for (const text of told(run)) expect(text).not.toContain(secret)
  })

  test('masks what is secret before it says anything', () => {
    const first = run.lines.findIndex((line) => !line.startsWith('::add-mask::'))
    const masked = run.lines.slice(0, first).map((line) => line.slice('::add-mask::'.length))
    expect(masked.toSorted()).toEqual(SECRETS.toSorted())
  })

  test('tells programs neither secrets nor anything of the step', () => {
    const seen = readFileSync(join(folder, 'seen'), 'utf8')
    expect(seen).toContain('nixosConfigurations.%22vps-arm%22')
    expect(seen).toMatch(/^PATH=/m)
    expect(seen).not.toMatch(/^(?:INPUT|GITHUB|GH|ACTIONS)_/m)
    for (const secret of SECRETS) expect(seen).not.toContain(secret)
  })

  test('obeys no word of theirs', () => {
    const names = obeyed(run.stdout).map(({ name }) => name)
    expect(names.filter((name) => !['add-mask', 'group', 'endgroup', 'debug'].includes(name))).toEqual([])
  })

  test('gives each secret to its own server only', () => {
    const toCache = JSON.stringify(cache.headers)
    const toGitHub = github.exchanges.map(({ authorization }) => authorization).join()
    for (const secret of [TOKEN, INSTANCE_TOKEN, INSTANCE_BASIC]) expect(toCache).not.toContain(secret)
    for (const secret of [TOKEN, PASSWORD, BASIC]) expect(instance.heard.join()).not.toContain(secret)
    for (const secret of [INSTANCE_BASIC, BASIC]) expect(toGitHub).not.toContain(secret)
  })
})

const DONE = { status: 'completed', conclusion: 'success' } as const

describe('a redirect to somebody else', () => {
  test('takes no secret with it', async () => {
    await using stranger = await ear((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('{"total_count":0,"check_runs":[]}')
    })
    const away = async () =>
      ear(({ url = '' }, response) => response.writeHead(302, { location: `${stranger.url}${url}` }).end())
    await using github = await away()
    await using instance = await away()
    await using cache = await away()
    const inputs = { ...GIVEN, ...inCaches(cache), provider: 'garnix', 'store-paths': ROOT }
    const limits = { 'discovery-timeout': '1s', 'cache-timeout': '2s', 'instance-url': instance.url }
    const run = await runWait({ ...inputs, ...limits }, { GITHUB_API_URL: github.url })
    expect(run.code).toBe(1)
    expect(github.heard.join()).toContain(TOKEN)
    expect(cache.heard.join()).toContain(BASIC)
    const paths = stranger.heard.map((told) => told.split('\n')[1] ?? '')
    expect(paths).toEqual(
      expect.arrayContaining([expect.stringMatching(/^\/repos\/acme\/infra\/commits\//), '/nix-cache-info']),
    )
    for (const secret of SECRETS) expect(stranger.heard.join('\n')).not.toContain(secret)
  }, 30_000)
})

describe('inputs that are wrong', () => {
  test.each([
    ['a netrc that is none', { netrc: `machine x password ${PASSWORD} ${INSTANCE_TOKEN}` }],
    ['a login without a name', { 'instance-login': '' }],
    ['a key that is none', { record: 'true', 'record-key': RECORD_KEY }],
  ])('are told without what is secret in them: %s', async (_, wrong) => {
    const run = await runWait({ ...GIVEN, caches: `https://cache.invalid ${KEY.trusted}`, ...wrong })
    expect(run).toMatchObject({ code: 1, stderr: '', outputs: { status: 'failed' } })
    expect(errorsOf(run)).toEqual([expect.stringMatching(/^(?:Bad input|1 bad input)/)])
    for (const secret of [...SECRETS, RECORD_KEY])
      for (const text of told(run)) expect(text).not.toContain(secret)
  })

  test('are told without a word of a URL that holds a login', async () => {
    await using cache = await fullCache()
    cache.faults.set('*', faults.status(404))
    const url = cache.url.replace('://', `://me:${encodeURIComponent(PASSWORD)}@`)
    const run = await runWait({ ...inCaches({ url }), 'cache-timeout': '1s' })
    expect(run.code).toBe(1)
    for (const text of told(run))
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(text).not.toContain(secret)
  })
})
