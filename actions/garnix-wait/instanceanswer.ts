/** What an answer of an instance means, its own and those of what may stand before it. */
import { parseObject, textIn } from '../shared/json.ts'
import type { FetchAnswer } from '../shared/ports.ts'
import { parseCommit, type Commit } from './commit.ts'

/** No answer of use. The words are a clause that begins with what was asked; asked again it may be another. */
export interface Refusal {
  readonly kind: 'none'
  readonly words: string
  /** Asking again will not help. */
  readonly isFinal: boolean
}
export type InstanceAnswer = { readonly kind: 'commit'; readonly commit: Commit } | Refusal
export type LoginAnswer = { readonly kind: 'login'; readonly authorization: string } | Refusal

export interface Asked {
  /** The base of the instance. */
  readonly url: string
  /** The name that is logged in. */
  readonly login: string | undefined
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly sha: string
}

const PAGE =
  'answers with a web page instead of its API: a login for browsers stands before it, or it is no instance of garnix'
const OTHER_SHAPE = 'answers, but not as garnix does: is it one?'

/** The answer to `GET /api/commits/<sha>`. */
export function commitIn(answer: FetchAnswer, asked: Asked): InstanceAnswer {
  if (answer.status !== 200 || isPage(answer)) return refusalIn(answer, asked)
  const commit = parseCommit(answer.body)
  if (commit === undefined) return refused(asked, OTHER_SHAPE)
  // The answer is found by the commit alone, and a fork has the same ones.
  if (commit.sha !== asked.sha || commit.repository.toLowerCase() !== asked.repository.toLowerCase())
    return refused(
      asked,
      `tells of ${shown(commit.sha)} in ${shown(commit.repository)}, not of this repository`,
    )
  return { kind: 'commit', commit }
}

/** The answer to `POST /api/auth/jwt`. */
export function loginIn(answer: FetchAnswer, asked: Asked): LoginAnswer {
  if (answer.status !== 200 || isPage(answer)) return refusalIn(answer, asked)
  const token = textIn(parseObject(answer.body)?.['token'])
  // What goes into a header must not be able to end it.
  if (!/^[\w.~+/=-]+$/.test(token)) return refused(asked, OTHER_SHAPE)
  return { kind: 'login', authorization: `Bearer ${token}` }
}

function refusalIn(answer: FetchAnswer, asked: Asked): Refusal {
  const { status } = answer
  if (status >= 500 || [408, 429].includes(status)) return awaited(asked, `answers ${status}`)
  if (isPage(answer)) return refused(asked, PAGE)
  if (status === 401) return refused(asked, unauthorized(asked))
  if (status === 404 && isGarnix(answer)) return awaited(asked, unknown(asked))
  return refused(
    asked,
    `answers ${status}${said(answer)}${status === 404 ? ': is it an instance of garnix?' : ''}`,
  )
}

/** Its errors about what there is not are JSON; those of other servers are not, or not this one. */
function isGarnix({ body }: FetchAnswer): boolean {
  return parseObject(body)?.['status'] === 'error'
}

function unauthorized({ login }: Asked): string {
  return login === undefined
    ? "answers 401: it wants a login, which 'instance-login' and 'instance-token' can give"
    : `refuses the login of ${shown(login)}: 'instance-token' has to be one of this user's access tokens, with scope 'api'`
}

/** To those who may not see a commit the instance says that there is none. */
function unknown({ login }: Asked): string {
  return login === undefined
    ? "does not know the commit, or the repository is private and 'instance-login' and 'instance-token' are missing"
    : `does not know the commit, or ${shown(login)} may not see it`
}

function isPage({ headers, body }: FetchAnswer): boolean {
  return /\bhtml\b/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)\b/i.test(body)
}

/** The words of an error, which is plain text or has a `message`. */
function said({ body }: FetchAnswer): string {
  const words = textIn(parseObject(body)?.['message']) || body
  return words.trim() === '' ? '' : ` (${shown(words)})`
}

function shown(foreign: string): string {
  const line = foreign.trim().replace(/\s+/g, ' ')
  return line.length > 120 ? `${line.slice(0, 120)}…` : line
}

function refused({ url }: Asked, words: string): Refusal {
  return { kind: 'none', words: `${url} ${words}`, isFinal: true }
}

function awaited({ url }: Asked, words: string): Refusal {
  return { kind: 'none', words: `${url} ${words}`, isFinal: false }
}
