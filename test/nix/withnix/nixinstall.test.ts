/** A release of Nix, installed by a user who may do nothing, on a machine that has neither /nix nor a network. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { build } from 'esbuild'
import { must, run } from '../../box/process.ts'
import type { Installed } from '../installing.ts'
import { release, type Release } from '../release.ts'

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const folder = mkdtempSync(join(tmpdir(), 'nix-vps-install-'))
const flake = join(folder, 'flake')
const requests: string[] = []
const server = createServer((request, response) => {
  requests.push(request.url ?? '')
  response.end(readFileSync(served.file))
})
let served: Release

beforeAll(async () => {
  served = await release()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await build({
    entryPoints: [join(import.meta.dirname, '../installing.ts')],
    outfile: join(folder, 'installing.cjs'),
    ...{ bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' },
  })
  // Where it is may be closed to others.
  cpSync(process.execPath, join(folder, 'node'))
  await makeFlake()
})

afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await served[Symbol.asyncDispose]()
  await must(['chmod', '-R', 'u+w', folder])
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  requests.length = 0
})

async function makeFlake(): Promise<void> {
  for (const place of ['bin', 'cache', 'temp', 'home', 'flake', 'input']) mkdirSync(join(folder, place))
  for (const program of ['git', 'tar', 'xz', 'sh'])
    symlinkSync((await must(['sh', '-c', `command -v ${program}`])).trim(), join(folder, 'bin', program))
  const git = (...args: readonly string[]) =>
    must(['git', '-C', join(folder, 'input'), '-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args])
  writeFileSync(join(folder, 'input/flake.nix'), '{ outputs = _: { }; }\n')
  await git('init', '-q', '-b', 'main')
  await git('add', '.')
  await git('commit', '-q', '-m', 'one')
  const url = `git+file://${join(folder, 'input')}`
  writeFileSync(join(flake, 'flake.nix'), `{ inputs.one.url = "${url}"; outputs = _: { }; }\n`)
  chmodSync(folder, 0o755)
  if (isRoot) await must(['chown', '-R', `${NOBODY}:${NOBODY}`, folder])
}

/** Whatever there is in /nix is hidden, if this user may; and whoever asks beyond loopback gets no answer. */
async function installing(sha256: string): Promise<Installed> {
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/nix-${served.version}-x86_64-linux.tar.xz`
  const { stdout, stderr } = await run([...(await unprivileged()), url, sha256, flake], {
    timeoutMs: 120_000,
  })
  // Before it are the tool cache's own lines for the debug log.
  const last = stdout.trim().split('\n').at(-1) ?? ''
  if (!last.startsWith('{')) throw new Error(`${stdout}${stderr}`)
  return JSON.parse(last) as Installed
}

async function unprivileged(): Promise<readonly string[]> {
  const nowhere = 'http://127.0.0.1:9'
  const places = { PATH: join(folder, 'bin'), HOME: join(folder, 'home'), TMPDIR: join(folder, 'temp') }
  const runner = { RUNNER_TOOL_CACHE: join(folder, 'cache'), RUNNER_TEMP: join(folder, 'temp') }
  const proxies = { http_proxy: nowhere, https_proxy: nowhere, no_proxy: '127.0.0.1' }
  const variables = Object.entries({ ...places, ...runner, ...proxies }).map(
    ([name, value]) => `${name}=${value}`,
  )
  const program = ['env', '-i', ...variables, join(folder, 'node'), join(folder, 'installing.cjs')]
  if (!isRoot) return program
  const setpriv = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs']
  return [...(await hidingNix()), ...setpriv, ...program]
}

/** In some containers not even root may. */
async function hidingNix(): Promise<readonly string[]> {
  const hiding = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount -t tmpfs -o mode=0700 none /nix && exec "$@"',
    'sh',
  ]
  return existsSync('/nix') && (await run([...hiding, 'true'])).code === 0 ? hiding : []
}

test('a wrong sum: nothing is unpacked, and both sums are said', async () => {
  const { error } = await installing('0'.repeat(64))
  expect(error).toContain(`its SHA-256 is ${served.sha256}, not ${'0'.repeat(64)}`)
  expect(existsSync(join(folder, 'cache/nix'))).toBe(false)
})

test('an unprivileged user without /nix updates a lock with it', async () => {
  const { uid, argv, updated } = await installing(served.sha256)
  expect({ uid, updated }).toEqual({
    uid: isRoot ? NOBODY : process.getuid?.(),
    updated: { code: 0, stderr: expect.any(String) },
  })
  expect(argv?.at(-1)).toMatch(/cache\/nix\/2\.\d+\.\d+-sha256-.*\/store\/.*\/bin\/nix$/)
  expect(readFileSync(join(flake, 'new.lock'), 'utf8')).toContain('"rev"')
  expect(requests).toHaveLength(1)
})

test('the next time it is found', async () => {
  const { updated } = await installing(served.sha256)
  expect([updated?.code, requests]).toEqual([0, []])
})
