/** Node's own client: fetch would bring a second one and reads no proxy from the environment. */
import {
  Agent as HttpAgent,
  get as httpGetRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { Agent as HttpsAgent, get as httpsGetRequest } from 'node:https'
import { formatDuration } from '../duration.ts'
import { ActionError, fieldOf, messageOf } from '../errors.ts'
import type { HttpGet } from '../ports.ts'

const MAX_REDIRECTS = 10
const HEADERS = { 'user-agent': 'nix-vps', accept: '*/*', connection: 'close' }

export const httpGet: HttpGet = async (url, { timeoutMs, signal, redirects }) => {
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs))
  const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
  try {
    return await answerOf(new URL(url), either, redirects === 'follow' ? MAX_REDIRECTS : 0)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ActionError) throw error
    const why = timeout.aborted ? `no answer within ${formatDuration(timeoutMs)}` : wordsOf(error)
    throw new ActionError(`${url}: ${why}.`, { cause: error })
  }
}

async function answerOf(url: URL, signal: AbortSignal, hops: number): Promise<{ status: number }> {
  const { status, location } = await oneAnswer(url, signal)
  if (hops === 0 || location === undefined || status < 301 || status > 308) return { status }
  if (hops === 1) throw new ActionError(`${url.href} is the last of more than ${MAX_REDIRECTS} redirects.`)
  return answerOf(new URL(location, url), signal, hops - 1)
}

function oneAnswer(url: URL, signal: AbortSignal): Promise<{ status: number; location: string | undefined }> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ActionError(`${url.href} is neither http:// nor https://.`)
  const proxy = { proxyEnv: process.env }
  const [get, agent] =
    url.protocol === 'https:'
      ? ([httpsGetRequest, new HttpsAgent(proxy)] as const)
      : ([httpGetRequest, new HttpAgent(proxy)] as const)
  const options: RequestOptions = { agent, signal, headers: HEADERS }
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      response.destroy()
      resolve({ status: response.statusCode ?? 0, location: response.headers.location })
    }
    get(url, options, answered).on('error', reject)
  })
}

/** Both address families failing gives one error of several, whose own message is empty. */
function wordsOf(error: unknown): string {
  const errors = fieldOf(error, 'errors')
  return Array.isArray(errors) ? errors.map(messageOf).join(', ') : messageOf(error)
}
