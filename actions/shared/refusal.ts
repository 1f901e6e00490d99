import { ActionError } from './errors.ts'
import { objectIn, objectsIn, textIn, type Json } from './json.ts'
import type { GitHubAnswer } from './ports.ts'

export interface Wanted {
  /** What was asked for: `the check runs of acme/infra`. */
  readonly what: string
  /** What the token must be allowed: `checks: read`. */
  readonly permission: string
}

/** What GitHub's refusal means and what to do about it; `undefined` for an answer that is none. */
export function refusalOf(answer: GitHubAnswer, { what, permission }: Wanted): ActionError | undefined {
  const { status } = answer
  if (status < 400) return undefined
  const said = saidIn(answer.data)
  const words = said === '' ? '' : ` It says: ${said}`
  if (status === 401)
    return new ActionError(`GitHub does not know the token it was asked for ${what} with (401).${words}`, {
      hint: "'token' is wrong, revoked or has expired; github.token is good for the time of its job.",
    })
  if (status === 403)
    return new ActionError(`The token may not have ${what} (403): it lacks '${permission}'.${words}`, {
      hint: `Give the job 'permissions: ${permission}', or an App's token that has it. An organization may also demand SAML SSO of it.`,
    })
  if (status === 404)
    return new ActionError(
      `GitHub does not have ${what}, or not for this token (404): private ones need '${permission}'.${words}`,
      { hint: `Give the job 'permissions: ${permission}'; what 'permissions' does not name is 'none'.` },
    )
  return new ActionError(`GitHub refused ${what} (status ${status}).${words}`)
}

const MAX_SAID = 500

/** GitHub's own words about a refusal, `''` if it has none; of a validation that failed, also what failed. */
export function saidIn(data: unknown): string {
  const answer = objectIn(data)
  const words = [textIn(answer?.['message']), ...objectsIn(answer?.['errors']).map(detailOf)]
  return words
    .filter((part) => part !== '')
    .join(': ')
    .replace(/\s+/g, ' ')
    .slice(0, MAX_SAID)
    .trim()
}

function detailOf(error: Json): string {
  const message = textIn(error['message'])
  return message === '' ? `${textIn(error['field'])} ${textIn(error['code'])}`.trim() : message
}
