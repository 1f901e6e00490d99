/** Asking the hosts of inputs: what the lock alone names never gets the job's token. */
import { ActionError } from '../shared/errors.ts'
import type { FetchAnswer, GitHubAnswer } from '../shared/ports.ts'
import type { AccessToken } from './accesstokens.ts'
import type { Ask } from './asking.ts'
import type { Place } from './links.ts'
import { tokenFor } from './tokenfor.ts'
import type { World } from './world.ts'

export interface Upstreams extends Pick<World, 'fetch' | 'log' | 'cancel' | 'serverUrl' | 'apiUrl'> {
  readonly ask: Ask
  readonly accessTokens: readonly AccessToken[]
}

type Parameters = Readonly<Record<string, string | number>>

/** A question about one repository: `/compare/{basehead}`, with its parameters. Rejects if there is no answer. */
export type AskRepository = (path: string, parameters: Parameters) => Promise<GitHubAnswer>

const ANSWER_MS = 20_000
const MAX_BYTES = 8_388_608

/**
 * A repository on a GitHub: that of the server is asked with the job's token, unless one of `nix-access-tokens` is
 * meant for it; every other one with its own, if any.
 */
export function repositoryAt(place: Place, upstreams: Upstreams): AskRepository {
  const { owner, repo, host } = place
  const { ask, accessTokens, serverUrl, apiUrl } = upstreams
  const isOurs = host === new URL(serverUrl).host
  if (isOurs && tokenFor(accessTokens, place) === undefined)
    return (path, parameters) => ask(`GET /repos/{owner}/{repo}${path}`, { owner, repo, ...parameters })
  const api = isOurs ? apiUrl : apiOf(host)
  return async (path, parameters) => {
    const { status, headers, body } = await fetched(
      place,
      `${api}/repos/${owner}/${repo}${filled(path, parameters)}`,
      upstreams,
    )
    return { status, headers, data: parsed(body) }
  }
}

function apiOf(host: string): string {
  // GitHub Enterprise Cloud with data residency has hosts of its own, and github.com's ways.
  const isCloud = host === 'github.com' || host.endsWith('.ghe.com')
  return isCloud ? `https://api.${host}` : `https://${host}/api/v3`
}

function filled(path: string, parameters: Parameters): string {
  const rest = new URLSearchParams()
  let whole = path
  for (const [name, value] of Object.entries(parameters))
    if (whole.includes(`{${name}}`)) whole = whole.replace(`{${name}}`, encodeURIComponent(value))
    else rest.set(name, String(value))
  return `${whole}?${rest.toString()}`
}

/** What the API of a forge answers about a repository of its own. */
export function fetched(place: Place, url: string, upstreams: Upstreams): Promise<FetchAnswer> {
  const token = tokenFor(upstreams.accessTokens, place)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const options = { timeoutMs: ANSWER_MS, maxBytes: MAX_BYTES, signal: upstreams.cancel, headers }
  return upstreams.fetch(url, options)
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}

/** For what may fail without harm: the words of what was expected to go wrong, and of nothing else. */
export async function orProblem<T>(
  work: () => Promise<T>,
  { cancel }: Pick<World, 'cancel'>,
): Promise<T | { readonly problem: string }> {
  try {
    return await work()
  } catch (error) {
    cancel.throwIfAborted()
    if (error instanceof ActionError) return { problem: error.message }
    throw error
  }
}
