/** What a cache's answer to a question for one path means. */
import { ActionError, fieldOf } from '../shared/errors.ts'
import { formatDuration } from '../shared/duration.ts'
import type { Fetch, FetchAnswer } from '../shared/ports.ts'
import type { Cache } from './caches.ts'
import type { ReasonKind } from './closure.ts'
import { parseNarInfo, type NarInfo } from './narinfo.ts'
import { hashPartOf, type StorePath } from './storepath.ts'

/** As long as Nix waits for a connection: its `connect-timeout`. */
export const ANSWER_MS = 15_000
/** A narinfo has 60 bytes for each reference: room for some 17,000 of them. */
const MAX_BYTES = 1024 * 1024

export interface Refusal {
  readonly kind: ReasonKind
  readonly words: string
  /** The cache asks to be left alone for so long. */
  readonly retryAfterMs?: number
  /** Asking again is no use: nobody has that name. */
  readonly isFinal?: boolean
}

export type Heard = { readonly info: NarInfo } | { readonly refusal: Refusal }

export interface Request {
  readonly cache: Cache
  readonly path: StorePath
  readonly isAgain: boolean
  readonly timeoutMs: number
}

/** Rejects only with the signal's reason, or because of a bug. */
export async function askForNarInfo(
  { cache, path, isAgain, timeoutMs }: Request,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Heard> {
  const headers = {
    ...authorizationOf(cache),
    // A proxy in front of a cache may remember that it did not have the path.
    ...(isAgain ? { 'cache-control': 'no-cache' } : {}),
  }
  const url = `${cache.url}/${hashPartOf(path)}.narinfo`
  const answer = await answerOrRefusal(
    fetch(url, { timeoutMs, maxBytes: MAX_BYTES, headers, signal }),
    signal,
  )
  if ('kind' in answer) return { refusal: answer }
  const refusal = refusalIn(answer)
  if (refusal !== undefined) return { refusal }
  try {
    return { info: parseNarInfo(answer.body, path) }
  } catch (error) {
    return { refusal: { kind: 'unusable', words: expected(error).message } }
  }
}

export function authorizationOf({ authorization }: Cache): Readonly<Record<string, string>> {
  return authorization === undefined ? {} : { authorization }
}

/** A failed exchange is an answer too: `unreachable`. */
export async function answerOrRefusal(
  answer: Promise<FetchAnswer>,
  signal: AbortSignal,
): Promise<FetchAnswer | Refusal> {
  try {
    return await answer
  } catch (error) {
    signal.throwIfAborted()
    const { cause, message } = expected(error)
    const isNoName = fieldOf(cause, 'code') === 'ENOTFOUND'
    const words = message.replace(/\.$/, '')
    return { kind: 'unreachable', words, ...(isNoName ? { isFinal: true } : {}) }
  }
}

/** Anything else is no word of the cache. */
function expected(error: unknown): ActionError {
  if (error instanceof ActionError) return error
  throw error
}

/** `undefined` if the answer holds what was asked for, as far as its status says. */
export function refusalIn({ status, headers }: FetchAnswer): Refusal | undefined {
  if (status === 200) return isPlain(headers) ? undefined : COMPRESSED
  if (status === 401)
    return { kind: 'denied', words: 'it answers 401: it does not know the credentials, or wants some' }
  // Amazon S3 answers 403 for what it does not have to whoever may not list: Nix takes it for absent too.
  if ([403, 404, 410].includes(status)) return { kind: 'absent', words: absentWords(status, headers) }
  if ([408, 425, 429].includes(status) || status >= 500)
    return { kind: 'unreachable', words: `it answers ${status}`, ...restIn(headers) }
  return { kind: 'unusable', words: `it answers ${status}` }
}

const COMPRESSED: Refusal = { kind: 'unusable', words: 'it answers compressed, which was not asked for' }

function isPlain(headers: FetchAnswer['headers']): boolean {
  return ['', 'identity'].includes(headers['content-encoding'] ?? '')
}

function absentWords(status: number, headers: FetchAnswer['headers']): string {
  const age = secondsIn(headers['age'])
  const remembered =
    age === undefined || age === 0
      ? ''
      : `, which something in front of it remembers for ${formatDuration(age * 1_000)} already`
  return `it answers ${status}${remembered}`
}

function restIn(headers: FetchAnswer['headers']): { readonly retryAfterMs?: number } {
  const seconds = secondsIn(headers['retry-after'])
  return seconds === undefined ? {} : { retryAfterMs: seconds * 1_000 }
}

/** A date in its place counts as absent. */
function secondsIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
