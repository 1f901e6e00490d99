/** Whole answers by Node's own client, over connections that are kept: thousands of small ones at a time. */
import { readFile, stat } from 'node:fs/promises'
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as askHttp } from 'node:http'
import { Agent as HttpsAgent, request as askHttps } from 'node:https'
import { fileURLToPath } from 'node:url'
import { formatDuration } from '../duration.ts'
import { ActionError, fieldOf, messageOf } from '../errors.ts'
import type { Fetch, FetchAnswer, FetchOptions } from '../ports.ts'

const MAX_REDIRECTS = 10
const MAX_CONNECTIONS = 100
/** Of a connection that died while nobody used it one learns only by asking again over it. */
const STALE = ['ECONNRESET', 'EPIPE']

interface Agents {
  readonly 'http:': HttpAgent
  readonly 'https:': HttpsAgent
}

/** Ends an exchange before its time; lighter than an AbortSignal, of which there would be thousands. */
class Stop {
  #reason: Error | undefined
  #act: ((reason: Error) => void) | undefined

  now(reason: Error): void {
    this.#reason ??= reason
    this.#act?.(reason)
  }

  /** What is to be done then; at once if it is late. */
  does(act: (reason: Error) => void): void {
    this.#act = act
    if (this.#reason !== undefined) act(this.#reason)
  }
}

interface Exchange {
  readonly url: URL
  readonly options: Pick<FetchOptions, 'headers' | 'body' | 'maxBytes'>
  readonly stop: Stop
}

const stopsBySignal = new WeakMap<AbortSignal, Set<Stop>>()

/** One listener for all exchanges of a signal: to add and remove each of its own would cost more than they do. */
function stopsOf(signal: AbortSignal | undefined): Set<Stop> {
  const known = signal === undefined ? undefined : stopsBySignal.get(signal)
  if (known !== undefined) return known
  const stops = new Set<Stop>()
  if (signal === undefined) return stops
  stopsBySignal.set(signal, stops)
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop.now(signal.reason as Error)
  })
  return stops
}

/** Each has connections of its own, at most 100 to a host; the environment's proxies are read now. */
export function newFetch(): Fetch {
  const settings = { keepAlive: true, maxSockets: MAX_CONNECTIONS, proxyEnv: process.env }
  const agents: Agents = { 'http:': new HttpAgent(settings), 'https:': new HttpsAgent(settings) }
  return async (url, options) => {
    const { timeoutMs, signal } = options
    signal?.throwIfAborted()
    const stop = new Stop()
    const stops = stopsOf(signal)
    stops.add(stop)
    const timeUp = setTimeout(() => {
      stop.now(new Error(`no answer within ${formatDuration(timeoutMs)}`))
    }, timeoutMs)
    try {
      return await answerOf({ url: new URL(url), options, stop }, agents)
    } catch (error) {
      signal?.throwIfAborted()
      if (error instanceof ActionError) throw error
      throw new ActionError(`${url}: ${wordsOf(error)}.`, { cause: error })
    } finally {
      clearTimeout(timeUp)
      stops.delete(stop)
    }
  }
}

async function answerOf(first: Exchange, agents: Agents): Promise<FetchAnswer> {
  if (first.url.protocol === 'file:') return fileAnswer(first.url, first.options.maxBytes)
  let exchange = first
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const answer = await oneAnswer(exchange, agents)
    const { location } = answer.headers
    if (location === undefined || ![301, 302, 303, 307, 308].includes(answer.status)) return answer
    exchange = redirected(exchange, location, answer.status)
  }
  throw new ActionError(`${first.url.href} leads to more than ${MAX_REDIRECTS} redirects.`)
}

function redirected({ url, options, stop }: Exchange, location: string, status: number): Exchange {
  const { maxBytes, headers = {}, body } = options
  if (!URL.canParse(location, url.href)) throw new Error('it redirects to what is no address')
  const next = new URL(location, url)
  const kept = Object.entries(headers).filter(
    ([name]) => name.toLowerCase() !== 'authorization' || next.origin === url.origin,
  )
  const isPost = body !== undefined && status >= 307
  return {
    url: next,
    options: { maxBytes, headers: Object.fromEntries(kept), ...(isPost ? { body } : {}) },
    stop,
  }
}

async function oneAnswer(exchange: Exchange, agents: Agents): Promise<FetchAnswer> {
  for (;;) {
    const request = requestFor(exchange, agents)
    try {
      return await exchanged(request, exchange)
    } catch (error) {
      const isStale = request.reusedSocket && STALE.includes(String(fieldOf(error, 'code')))
      if (!isStale || exchange.options.body !== undefined) throw error
    }
  }
}

function requestFor({ url, options }: Exchange, agents: Agents): ClientRequest {
  const { protocol, hostname, port, pathname, search } = url
  const request = {
    method: options.body === undefined ? 'GET' : 'POST',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: `${pathname}${search}`,
    headers: { 'user-agent': 'nix-vps', accept: '*/*', ...options.headers },
  }
  if (protocol === 'https:') return askHttps({ ...request, agent: agents['https:'] })
  if (protocol === 'http:') return askHttp({ ...request, agent: agents['http:'] })
  throw new ActionError(`${url.href} is neither http:// nor https://.`)
}

function exchanged(request: ClientRequest, { options, stop }: Exchange): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error)
      request.destroy()
    }
    const answered = (response: IncomingMessage): void => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('error', (cause) => {
        fail(new Error('its answer broke off', { cause }))
      })
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > options.maxBytes) fail(new Error(`its answer is longer than ${options.maxBytes} bytes`))
        else chunks.push(chunk)
      })
      response.on('end', () => {
        resolve(answerIn(response, Buffer.concat(chunks)))
      })
    }
    request.on('error', fail).on('response', answered).end(options.body)
    stop.does(fail)
  })
}

function answerIn({ statusCode = 0, headers }: IncomingMessage, body: Buffer): FetchAnswer {
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  return {
    status: statusCode,
    headers: Object.fromEntries(flat),
    body: body.toString(),
  }
}

async function fileAnswer(url: URL, maxBytes: number): Promise<FetchAnswer> {
  try {
    const file = fileURLToPath(url)
    const facts = await stat(file)
    if (!facts.isFile()) throw new Error('it is no file')
    if (facts.size > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`)
    return { status: 200, headers: {}, body: await readFile(file, 'utf8') }
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(String(fieldOf(error, 'code')))) throw error
    return { status: 404, headers: {}, body: '' }
  }
}

/** Both address families failing gives one error of several, whose own message is empty. */
function wordsOf(error: unknown): string {
  const errors = fieldOf(error, 'errors')
  return Array.isArray(errors) ? errors.map(messageOf).join(', ') : messageOf(error)
}
