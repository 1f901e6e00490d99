/** The bundle as a step, a small closure for it to wait for, and servers it can ask. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type RequestListener, type Server, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BinaryCache, newSigningKey, startBinaryCache, storePath } from '../support/binarycache.ts'
import { type ActionRun, type RunningAction, startAction } from '../support/run-action.ts'

export const SHA = '95a89711a27f21aa3c6f5ca4ec56e4b1e8e4a2d1'
export const KEY = newSigningKey('mine-1')
export const ROOT = storePath('nixos-system-vps-arm-26.11')
export const ETC = storePath('etc')
export const GLIBC = storePath('glibc-2.40')
export const CLOSURE = [
  { path: ROOT, references: [ETC, GLIBC] },
  { path: ETC, references: [ETC, GLIBC] },
  { path: GLIBC, references: [] },
]

type Texts = Readonly<Record<string, string>>

/** In `acme/infra`; nothing of it goes through a proxy of this machine. */
export function startWait(inputs: Texts, env: Texts = {}): RunningAction {
  const given = { sha: SHA, token: 'secret', ...inputs }
  return startAction('garnix-wait', given, {
    env: { NO_PROXY: '*', GITHUB_REPOSITORY: 'acme/infra', ...env },
  })
}

export async function runWait(inputs: Texts, env?: Texts): Promise<ActionRun> {
  return startWait(inputs, env).finished
}

/** Inputs that wait for the closure in these caches alone. */
export function inCaches(...caches: readonly { readonly url: string }[]): Texts {
  return {
    provider: 'none',
    'store-paths': ROOT,
    caches: caches.map(({ url }) => `${url} ${KEY.trusted}`).join('\n'),
  }
}

export async function fullCache(): Promise<BinaryCache> {
  const cache = await startBinaryCache()
  cache.add(CLOSURE, [KEY])
  return cache
}

/** How long the action itself says it took. */
export function ownMs({ log }: ActionRun): number {
  return Number(/\(\w+, (\d+) ms\)$/m.exec(log)?.[1] ?? NaN)
}

export interface Listening extends AsyncDisposable {
  readonly url: string
}

export async function listening(answer: RequestListener): Promise<Listening> {
  return served(createServer(answer), 'http')
}

/** With a certificate that nobody has signed but itself. */
export async function listeningSecurely(answer: RequestListener): Promise<Listening> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-tls-'))
  const key = join(folder, 'key.pem')
  const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const cert = execFileSync('openssl', [...argv, '-subj', '/CN=localhost', '-keyout', key], { stdio: 'pipe' })
  const server = createSecureServer({ key: readFileSync(key), cert }, answer)
  rmSync(folder, { recursive: true })
  return served(server, 'https')
}

async function served(server: Server | ReturnType<typeof createSecureServer>, scheme: string) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
