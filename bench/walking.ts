/** Two ways to walk a closure, and the caches they walk it over. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { askersFor } from '../actions/garnix-wait/asking.ts'
import { parseCache } from '../actions/garnix-wait/caches.ts'
import { missesOf, newClosure } from '../actions/garnix-wait/closure.ts'
import type { StorePath } from '../actions/garnix-wait/storepath.ts'
import { walk } from '../actions/garnix-wait/walk.ts'
import { clock } from '../actions/shared/adapters/clock.ts'
import { newFetch } from '../actions/shared/adapters/fetch.ts'
import { deadlineIn } from '../actions/shared/deadline.ts'
import { narInfoText, newSigningKey } from '../test/support/binarycache.ts'
import { layered, type Graph } from '../test/support/graph.ts'

const CONNECTIONS = 100
const ANSWER_MS = 30

export interface Caches extends AsyncDisposable {
  readonly root: StorePath
  readonly count: number
  /** Each holds half of the paths. */
  readonly halves: readonly string[]
  /** Holds all. */
  readonly whole: string
  /** The key that everything is signed with, as `caches` takes it. */
  readonly key: string
}

export async function startCaches(count: number, layers: number): Promise<Caches> {
  return cachesOf(layered(count, layers))
}

/** In processes of their own, so that nobody's answers wait for anybody's questions. */
export async function cachesOf({ root, paths }: Graph): Promise<Caches> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-bench-'))
  const key = newSigningKey('bench-1')
  const texts = paths.map((one) => [one.path.slice(11, 43), narInfoText(one, [key])] as const)
  const parts = [texts.filter((_, at) => at % 2 === 0), texts.filter((_, at) => at % 2 === 1), texts]
  const started = await Promise.all(parts.map((part, at) => startCache(join(folder, `${at}.json`), part)))
  const [one = '', two = '', whole = ''] = started.map(({ url }) => url)
  return {
    ...{ root, count: paths.length, halves: [one, two], whole, key: key.trusted },
    async [Symbol.asyncDispose]() {
      for (const { stop } of started) await stop()
      rmSync(folder, { recursive: true })
    },
  }
}

async function startCache(file: string, texts: readonly (readonly [string, string])[]) {
  writeFileSync(file, JSON.stringify(Object.fromEntries(texts)))
  const program = fileURLToPath(new URL('../test/support/cacheprocess.ts', import.meta.url))
  const child = spawn(process.execPath, [program, file, String(ANSWER_MS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [url] = (await once(child.stdout, 'data')) as [Buffer]
  const stop = async (): Promise<void> => {
    child.stdin.end()
    await once(child, 'exit')
  }
  return { url: url.toString().trim(), stop }
}

type Asked = Pick<Caches, 'root' | 'count' | 'halves' | 'key'>

/** As garnix-wait does it: signatures and all. Resolves to milliseconds. */
export async function ourWalk({ root, count, halves, key }: Asked): Promise<number> {
  const caches = halves.map((url) => parseCache(`${url} ${key}`, []))
  const start = performance.now()
  const world = { fetch: newFetch(), clock, deadline: deadlineIn(clock, 600_000) }
  const closure = newClosure([root])
  const askers = askersFor({ caches, requireSignatures: true }, world)
  await walk(closure, askers, new AbortController().signal)
  const taken = performance.now() - start
  if (missesOf(closure).length > 0 || closure.found.size !== count) throw new Error('The walk went astray.')
  return taken
}

/** The least that can be done: it asks all caches for every path, believes whatever they say, and checks nothing. */
export async function bareWalk({ root, count, halves }: Caches): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const seen = new Set<string>()
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  let found = 0
  const read = (text: string): void => {
    found += 1
    for (const base of /^References: (.*)$/m.exec(text)?.[1]?.split(' ') ?? []) ask(base)
    if (found === count) resolve(undefined)
  }
  const ask = (base: string): void => {
    if (seen.has(base)) return
    seen.add(base)
    for (const url of halves)
      get(`${url}/${base.slice(0, 32)}.narinfo`, { agent }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        response.on('error', reject).on('end', () => {
          if (response.statusCode === 200) read(text)
        })
      }).on('error', reject)
  }
  const start = performance.now()
  ask(root.slice(11))
  await promise
  const taken = performance.now() - start
  agent.destroy()
  return taken
}
