/** Large files, by Node's own client: straight to the disk, and only what has the right sum stays there. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Agent as HttpAgent, get as httpGet, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, get as httpsGet } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../duration.ts'
import { ActionError, fieldOf, messageOf } from '../errors.ts'

interface Wanted {
  readonly url: string
  readonly sha256: string
}

interface DownloadOptions {
  readonly signal: AbortSignal
  /** For one attempt. */
  readonly timeoutMs: number
  readonly maxBytes: number
  /** Before the second attempt; twice as long before the third, which is the last. */
  readonly pauseMs: number
}

const ATTEMPTS = 3
const MAX_REDIRECTS = 10
/** Nothing at all for so long is a connection that is dead. */
const QUIET_MS = 30_000

/** What another attempt would not cure. */
class Final extends Error {}

/** @throws ActionError that says why it is not there, or the signal's reason; the file is gone then */
export async function download(wanted: Wanted, file: string, options: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const sum = await attempted(wanted.url, file, options)
      if (sum === wanted.sha256) return
      throw new Final(`its SHA-256 is ${sum}, not ${wanted.sha256}`)
    } catch (error) {
      await rm(file, { force: true })
      options.signal.throwIfAborted()
      if (error instanceof Final || attempt === ATTEMPTS)
        throw new ActionError(`${wanted.url}: ${wordsOf(error)}.`, { cause: error })
      await sleep(options.pauseMs * 2 ** (attempt - 1), undefined, { signal: options.signal })
    }
  }
}

async function attempted(url: string, file: string, options: DownloadOptions): Promise<string> {
  const { timeoutMs, maxBytes } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([timeout, options.signal])
  const hash = createHash('sha256')
  let bytes = 0
  const measured = async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      bytes += piece.length
      if (bytes > maxBytes) throw new Final(`it is longer than ${maxBytes} bytes`)
      hash.update(piece)
      yield piece
    }
  }
  try {
    await pipeline(await answerOf(new URL(url), signal, MAX_REDIRECTS), measured, createWriteStream(file), {
      signal,
    })
  } catch (error) {
    if (!timeout.aborted) throw error
    throw new Error(`it was not there within ${formatDuration(timeoutMs)}`, { cause: error })
  }
  return hash.digest('hex')
}

async function answerOf(url: URL, signal: AbortSignal, hops: number): Promise<IncomingMessage> {
  const response = await oneAnswer(url, signal)
  const { statusCode: status = 0, headers } = response
  if (status === 200) return response
  response.destroy()
  const { location } = headers
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) throw refusal(status)
  if (hops === 0) throw new Final(`it leads to more than ${MAX_REDIRECTS} redirects`)
  if (!URL.canParse(location, url.href)) throw new Final('it redirects to what is no address')
  return answerOf(new URL(location, url), signal, hops - 1)
}

function refusal(status: number): Error {
  const words = `its server answered with status ${status}`
  const mayPass = status >= 500 || status === 408 || status === 429
  return mayPass ? new Error(words) : new Final(words)
}

function oneAnswer(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const proxy = { proxyEnv: process.env }
  const headers = { 'user-agent': 'nix-vps', accept: '*/*', connection: 'close' }
  return new Promise((resolve, reject) => {
    const start = () => {
      if (url.protocol === 'https:')
        return httpsGet(url, { agent: new HttpsAgent(proxy), headers, signal, timeout: QUIET_MS })
      if (url.protocol === 'http:')
        return httpGet(url, { agent: new HttpAgent(proxy), headers, signal, timeout: QUIET_MS })
      throw new Final(`${url.href} is neither http:// nor https://`)
    }
    const request = start()
    request.on('response', resolve).on('error', reject)
    request.on('timeout', () => {
      request.destroy(new Error(`nothing came for ${formatDuration(QUIET_MS)}`))
    })
  })
}

/** Both address families failing gives one error of several, whose own message is empty. */
function wordsOf(error: unknown): string {
  const errors = fieldOf(error, 'errors')
  return Array.isArray(errors) ? errors.map(messageOf).join(', ') : messageOf(error)
}
