/**
 * When GitHub wants to be asked no more for a while.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
import { parseInstant } from './instant.ts'
import { objectIn, textIn } from './json.ts'
import type { GitHubAnswer } from './ports.ts'

export interface Pause {
  readonly why: 'primary' | 'secondary'
  /** `undefined` = GitHub does not say: a minute at least, and longer each time. */
  readonly ms: number | undefined
}

/** Why nothing may be asked now, and until when; `undefined` if this answer says nothing of the kind. */
export function pauseAfter(answer: GitHubAnswer): Pause | undefined {
  const isRefusal = answer.status === 403 || answer.status === 429
  const retryAfterMs = secondsMs(answer.headers['retry-after'])
  if (isRefusal && retryAfterMs !== undefined) return { why: 'secondary', ms: retryAfterMs }
  if (answer.headers['x-ratelimit-remaining'] === '0') return { why: 'primary', ms: untilReset(answer) }
  if (answer.status === 429 || (isRefusal && isAbuse(answer.data))) return { why: 'secondary', ms: undefined }
  return undefined
}

/** By GitHub's own clock, so that it does not matter what the runner's says. A second more, for it counts in whole ones. */
function untilReset({ headers }: GitHubAnswer): number | undefined {
  const resetMs = secondsMs(headers['x-ratelimit-reset'])
  const nowMs = parseHttpDate(headers['date'] ?? '')
  if (resetMs === undefined || Number.isNaN(nowMs)) return undefined
  return Math.max(0, resetMs - nowMs) + 1_000
}

/** How a server says for how long it does not want to be asked, in milliseconds. A date instead of seconds is not read. */
export function secondsMs(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : undefined
}

function isAbuse(data: unknown): boolean {
  return /rate limit|abuse detection/i.test(textIn(objectIn(data)?.['message']))
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const EPOCH = parseInstant('1970-01-01T00:00:00Z')

/** Milliseconds since 1970 for `Mon, 23 Nov 2026 13:02:51 GMT`; `NaN` if it is no such date. */
export function parseHttpDate(text: string): number {
  const [, day, month = '', year, time] =
    /^\w{3}, (\d\d) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) GMT$/.exec(text) ?? []
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0')
  return number === '00' ? NaN : parseInstant(`${year}-${number}-${day}T${time}Z`) - EPOCH
}
