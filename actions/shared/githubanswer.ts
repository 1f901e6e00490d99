/** What came of asking GitHub once. */
import { ActionError, messageOf } from './errors.ts'
import type { GitHubAnswer } from './ports.ts'
import { pauseAfter, secondsMs, type Pause } from './ratelimit.ts'

export interface Question {
  /** `GET /repos/{owner}/{repo}/…` */
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Not to be asked again where it is not known whether it was done; so with every POST. */
  readonly isOnce?: boolean
  /** Whether what a successful answer holds is what was asked for; any other is a broken one. */
  readonly isAnswer?: (data: unknown) => boolean
}

/**
 * - `answered`: of success, or a refusal of this question
 * - `paused`: GitHub takes no questions now
 * - `troubled`: may pass; `pauseMs` is how long the server wants to be left alone at least
 */
export type Attempt =
  | { readonly kind: 'answered'; readonly pause: Pause | undefined }
  | { readonly kind: 'paused'; readonly pause: Pause }
  | Troubled

export interface Troubled {
  readonly kind: 'troubled'
  readonly words: string
  readonly pauseMs: number
}

export function attemptOf(question: Question, answer: GitHubAnswer): Attempt {
  const { status } = answer
  const pause = pauseAfter(answer)
  if (status >= 500) return troubled(question, answer, 'that it cannot')
  if (status < 400 && !isWhole(question, answer))
    return troubled(question, answer, 'with something else than what was asked for')
  return status >= 400 && pause !== undefined ? { kind: 'paused', pause } : { kind: 'answered', pause }
}

/** For a request that got no answer. Rethrows what is a bug. */
export function unanswered(error: unknown): Troubled {
  if (!(error instanceof ActionError)) throw error
  return { kind: 'troubled', words: messageOf(error), pauseMs: 0 }
}

function troubled({ route }: Question, { status, headers }: GitHubAnswer, what: string): Troubled {
  const pauseMs = secondsMs(headers['retry-after']) ?? 0
  return { kind: 'troubled', words: `${route}: GitHub answered ${what} (status ${status}).`, pauseMs }
}

function isWhole({ isAnswer = isJson }: Question, { status, data }: GitHubAnswer): boolean {
  return status === 204 || (status < 300 && isAnswer(data))
}

/** A page for people, or the beginning of something, comes as a text. */
function isJson(data: unknown): boolean {
  return typeof data === 'object' && data !== null
}
