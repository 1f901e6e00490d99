/** What a token may, and how GitHub says that it may not. */
import type { Answered } from './asked.ts'
import type { RepositoryState } from './repository.ts'

/**
 * Who `login` is tells its kind: `github-actions[bot]` is the token of a job, `acme-updater[bot]` an App's, any other
 * login a person's.
 */
export interface Token {
  readonly login: string
  /** `contents: write`, `pull-requests: write`, `workflows: write`, `members: read` …; `undefined` = whatever there is. */
  readonly permissions?: readonly string[]
  /** Of a classic personal token: `repo`, `workflow`. It has no permissions. */
  readonly scopes?: readonly string[]
  /** Whose private ones it sees beside the one that is worked on. */
  readonly repositories?: readonly string[]
}

/** Who shows no token sees what everybody may see. */
export const NOBODY: Token = { login: '', permissions: [] }

export function isJobToken({ login }: Token): boolean {
  return login === 'github-actions[bot]'
}

export function isBot({ login }: Token): boolean {
  return login.endsWith('[bot]')
}

/** Never the token of a job: these belong to no repository. */
const NOT_FOR_JOBS = ['members: read', 'workflows: write']

export function may(token: Token, permission: string): boolean {
  if (isJobToken(token) && NOT_FOR_JOBS.includes(permission)) return false
  if (token.scopes !== undefined) return scopesAllow(token.scopes, permission)
  const { permissions } = token
  return permission
    .split(' | ')
    .some((one) => permissions === undefined || permissions.some((has) => grants(has, one)))
}

function scopesAllow(scopes: readonly string[], permission: string): boolean {
  if (permission === 'workflows: write') return scopes.includes('workflow')
  if (permission === 'members: read') return scopes.includes('read:org')
  return permission.endsWith(': read') || scopes.includes('repo')
}

/** `write` includes `read`. */
function grants(has: string, wanted: string): boolean {
  return has === wanted || has.replace(/write$/, 'read') === wanted
}

/** A private repository that is not its own does not exist for it. */
export function sees(token: Token, { name, settings }: RepositoryState, isWorkedOn: boolean): boolean {
  return isWorkedOn || !settings.isPrivate || token.repositories?.includes(name) === true
}

export function notAllowed(token: Token): string {
  return `Resource not accessible by ${isBot(token) ? 'integration' : 'personal access token'}`
}

export function lacking(token: Token, permission: string): Answered {
  const accepted = permission
    .split(' | ')
    .map((one) => one.replace('-', '_').replace(': ', '='))
    .join('; ')
  if (token.scopes !== undefined) return { status: 404, data: { message: 'Not Found' } }
  const headers = { 'x-accepted-github-permissions': accepted }
  return { status: 403, data: { message: notAllowed(token) }, headers }
}
