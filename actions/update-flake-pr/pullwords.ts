/** Asking GitHub to do something, and what its refusals mean. */
import { ActionError, type ErrorDetails } from '../shared/errors.ts'
import { GitHubUnavailable } from '../shared/github.ts'
import type { GitHubAnswer } from '../shared/ports.ts'
import { saidIn } from '../shared/refusal.ts'
import type { Ask } from './asking.ts'

export interface Deed {
  /** Completes "GitHub refused to …": `create branch 'update'`. */
  readonly doing: string
  /** What the token must be allowed: `contents: write`. */
  readonly permission: string
  readonly parameters?: Readonly<Record<string, unknown>>
  /** The caller looks what came of it before it is asked again. */
  readonly how?: 'once'
}

/** What a successful answer holds. */
export async function carryOut(ask: Ask, route: string, deed: Deed): Promise<unknown> {
  const answer = await answerTo(ask, route, deed)
  if (answer.status < 400) return answer.data
  const accepted = answer.headers['x-accepted-github-permissions']
  throw new GitHubRefused({ code: String(answer.status), said: saidIn(answer.data), accepted }, deed)
}

async function answerTo(ask: Ask, route: string, { doing, parameters, how }: Deed): Promise<GitHubAnswer> {
  try {
    return await ask(route, parameters, how)
  } catch (error) {
    if (!(error instanceof GitHubUnavailable)) throw error
    throw new GitHubUnavailable(`Could not ${doing}. ${error.message}`, detailsOf(error))
  }
}

function detailsOf(error: ActionError): ErrorDetails {
  return { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) }
}

interface Refusal {
  /** A status, or GraphQL's type of an error. */
  readonly code: string
  readonly said: string
  /** What GitHub says it would take: `contents=write; contents=write,workflows=write`. */
  readonly accepted?: string | undefined
}

export class GitHubRefused extends ActionError {
  override readonly name = 'GitHubRefused'
  readonly code: string
  readonly said: string

  constructor({ code, said, accepted }: Refusal, deed: Deed) {
    const { words, hint } = reasonOf({ code, said, accepted }, deed)
    const reason = words === undefined ? '' : `: ${words}`
    super(
      `GitHub refused to ${deed.doing} (${code})${reason}.${said === '' ? '' : ` It says: '${said.replace(/\.$/, '')}'.`}`,
      hint === undefined ? {} : { hint },
    )
    this.code = code
    this.said = said
  }
}

interface Reason {
  readonly words?: string
  readonly hint?: string
}

function reasonOf({ code, said, accepted }: Refusal, { permission }: Deed): Reason {
  const known = KNOWN.find(({ says }) => says.test(said))
  return known ?? BY_CODE[code]?.(permission, accepted === undefined ? '' : ` (it takes ${accepted})`) ?? {}
}

/** By GitHub's own words, which say more than a status. */
const KNOWN: readonly (Reason & { readonly says: RegExp })[] = [
  {
    says: /not permitted to create or approve pull requests/i,
    words: 'GitHub Actions may not create pull requests here',
    hint: "Turn on 'Allow GitHub Actions to create and approve pull requests' under Settings → Actions → General (where it is gray, in the organization's settings first), or give 'token' an App's token or a personal one.",
  },
  {
    says: /\bSAML\b/,
    words: 'the organization demands single sign-on of this token',
    hint: "The token's owner authorizes it for the organization, where it was made ('Configure SSO').",
  },
  {
    says: /\barchived\b/i,
    words: 'the repository is archived, and can only be read',
    hint: 'Unarchive it, or remove this step.',
  },
  {
    says: /without [`']?workflows?[`']? (?:scope|permission)/i,
    words: 'the commit has other workflow files than the branch had before',
    hint: "Give 'token' an App's token with 'workflows: write', or a personal one that may change workflows; github.token never may.",
  },
  {
    says: /draft pull requests are not supported/i,
    words: 'the repository has no drafts',
    hint: "Leave 'draft' at 'false'.",
  },
  {
    says: /permission to create labels/i,
    words: 'there is no such label yet, and the token may not make it',
    hint: "Make the label in the repository, or give the job 'permissions: issues: write'.",
  },
  {
    says: /protected branch|protected ref|rule violation|ruleset|required status check|through a pull request|cannot (?:force-push|delete)|reference update failed/i,
    words: 'a rule of the repository forbids it',
    hint: "Look under Settings → Rules and Settings → Branches: except this branch from the rule, let the token's owner bypass it, or choose another 'branch'.",
  },
]

const UNKNOWN_TOKEN: Reason = {
  words: "it does not know 'token'",
  hint: 'It is wrong, revoked or has expired; github.token is good for the time of its job.',
}
const lacking = (permission: string, accepted: string): Reason => ({
  words: `'token' lacks '${permission}'${accepted}`,
  hint: `Give the job 'permissions: ${permission}', or 'token' another one that has it.`,
})
const absent = (permission: string): Reason => ({
  words: `there is no such thing, or not for this token, which needs '${permission}'`,
  hint: `Give the job 'permissions: ${permission}'; what 'permissions' does not name is 'none'. A classic personal token needs the scope 'repo'.`,
})

const BY_CODE: Readonly<Record<string, ((permission: string, accepted: string) => Reason) | undefined>> = {
  401: () => UNKNOWN_TOKEN,
  403: lacking,
  404: absent,
  FORBIDDEN: lacking,
  INSUFFICIENT_SCOPES: lacking,
  NOT_FOUND: absent,
}

/** The same failure, with more to say about it. */
export function withWords(error: ActionError, words: string): ActionError {
  return new ActionError(`${error.message} ${words}`, detailsOf(error))
}
