/** A binary cache on loopback whose every answer can be made wrong. */
import { type KeyObject, createHash, generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'

/** What a path is made of, and what its narinfo says. */
export interface TestPath {
  readonly path: StorePath
  readonly references: readonly StorePath[]
  readonly narSize?: number
  readonly fileSize?: number
}

/** A key pair as Nix has them. */
export interface SigningKey {
  readonly name: string
  /** `name:base64`, as `caches` takes it. */
  readonly trusted: string
  readonly secret: KeyObject
}

export function newSigningKey(name: string): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return { name, trusted: `${name}:${raw.toString('base64')}`, secret: privateKey }
}

/** The same for the same name, and another for another. */
export function storePath(name: string): StorePath {
  const digits = '0123456789abcdfghijklmnpqrsvwxyz'
  const hash = [...createHash('sha256').update(name).digest()].map((byte) => digits[byte % 32]).join('')
  return `/nix/store/${hash}-${name}` as StorePath
}

const NAR_HASH = '1mi14cqk363wv368ffiiy01knardmnlyphi6h9xv6dkjz44hk30i'

/** Written as the manual describes it, not as the code under test reads it. */
export function narInfoText(of: TestPath, keys: readonly SigningKey[] = []): string {
  const { path, references, narSize = 1_000, fileSize = 300 } = of
  const base = (one: string) => one.replace('/nix/store/', '')
  const fingerprint = `1;${path};sha256:${NAR_HASH};${narSize};${references.toSorted().join(',')}`
  const lines = [
    `StorePath: ${path}`,
    `URL: nar/${base(path)}.nar.xz`,
    'Compression: xz',
    `FileHash: sha256:${NAR_HASH}`,
    `FileSize: ${fileSize}`,
    `NarHash: sha256:${NAR_HASH}`,
    `NarSize: ${narSize}`,
    `References: ${references.map(base).join(' ')}`,
    ...keys.map(
      ({ name, secret }) => `Sig: ${name}:${sign(null, Buffer.from(fingerprint), secret).toString('base64')}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

/** Answers in its own way, or `undefined` to be answered as usual. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => true | undefined

const HTML = '<!DOCTYPE html><html><body>Sign in</body></html>\n'

/** What can be wrong with one answer. */
export const faults = {
  status:
    (status: number, headers: Record<string, string> = {}) =>
    (_: unknown, response: ServerResponse) => {
      response.writeHead(status, headers).end('no')
      return true as const
    },
  body: (text: string) => (_: unknown, response: ServerResponse) => {
    response.end(text)
    return true as const
  },
  html: (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)
    return true as const
  },
  /** Announces more than it sends. */
  truncated: (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-length': '1000' }).write('StorePath: /nix/sto')
    setTimeout(() => response.destroy(), 20)
    return true as const
  },
  endless: (_: unknown, response: ServerResponse) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(60_000)));
    }
    response.on('drain', more)
    more()
    return true as const
  },
  /** A byte now and then. */
  slow: (_: unknown, response: ServerResponse) => {
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => {
      clearInterval(timer)
    })
    return true as const
  },
  never: () => true as const,
  reset: (request: IncomingMessage) => {
    request.socket.destroy()
    return true as const
  },
  redirect: (to: string, status = 302) => faults.status(status, { location: to }),
} as const satisfies Record<string, unknown>

export interface BinaryCache extends AsyncDisposable {
  readonly url: string
  /** By hash part: what it has. It may change at any time. */
  readonly texts: Map<string, string>
  /** By URL path: what goes wrong there; `*` = everywhere. */
  readonly faults: Map<string, Fault>
  /** The URL paths it was asked for, in order. */
  readonly asked: string[]
  readonly headers: IncomingMessage['headers'][]
  /** How many connections it has seen, and at most at the same time. */
  readonly connections: { total: number; open: number; most: number }
  delayMs: number
  add(paths: readonly TestPath[], keys?: readonly SigningKey[]): void
  /** What was asked of it since the last call. */
  taken(): readonly string[]
}

export async function startBinaryCache(): Promise<BinaryCache> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cache = cacheOn(server)
  server.on('request', (request, response) => {
    void answer(cache, request, response)
  })
  return cache
}

function cacheOn(server: Server): BinaryCache {
  const connections = { total: 0, open: 0, most: 0 }
  server.on('connection', (socket) => {
    connections.total += 1
    connections.open += 1
    connections.most = Math.max(connections.most, connections.open)
    socket.on('close', () => (connections.open -= 1))
  })
  const texts = new Map<string, string>()
  const asked: string[] = []
  let taken = 0
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ texts, asked, connections, faults: new Map(), headers: [], delayMs: 0 },
    add(paths, keys) {
      for (const one of paths) texts.set(one.path.slice(11, 43), narInfoText(one, keys))
    },
    taken() {
      const since = asked.slice(taken)
      taken = asked.length
      return since
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(cache: BinaryCache, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? ''
  cache.asked.push(url)
  cache.headers.push(request.headers)
  if (cache.delayMs > 0) await sleep(cache.delayMs)
  const fault = cache.faults.get(url) ?? cache.faults.get('*')
  if (fault?.(request, response) !== true) answerAsUsual(url, cache, response)
}

function answerAsUsual(url: string, { texts }: BinaryCache, response: ServerResponse): void {
  if (url === '/nix-cache-info') {
    response.end('StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 50\n')
    return
  }
  const text = texts.get(/^\/(\w{32})\.narinfo$/.exec(url)?.[1] ?? '')
  response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/x-nix-narinfo' }).end(text)
}
