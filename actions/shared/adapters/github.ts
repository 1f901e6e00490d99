/** GitHub's REST API through GitHub's own client, which is large: it is loaded at the first request. */
import { formatDuration } from '../duration.ts'
import { ActionError, fieldOf, messageOf } from '../errors.ts'
import { objectIn } from '../json.ts'
import type { GitHubAnswer, GitHubRequest } from '../ports.ts'

/** Far more than a page of check runs with their logs; a longer answer is none of GitHub's. */
const MAX_BYTES = 64 * 1_048_576
const HEADERS = { 'x-github-api-version': '2022-11-28', 'user-agent': 'nix-vps' }

type Client = Awaited<ReturnType<typeof connected>>

/** The token goes to the host of GITHUB_API_URL and to no other; proxies are those of the environment. */
export function githubRequest(token: string): GitHubRequest {
  let client: Promise<Client> | undefined
  return async (route, parameters, { timeoutMs, etag, signal }) => {
    client ??= connected(token)
    const { request } = await client
    const timeout = AbortSignal.timeout(Math.ceil(timeoutMs))
    const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
    const headers = etag === undefined ? HEADERS : { ...HEADERS, 'if-none-match': etag }
    try {
      return await request(route, { ...parameters, ...placeOf(route), headers, request: { signal: either } })
    } catch (error) {
      signal?.throwIfAborted()
      const answer = answerIn(error)
      if (answer !== undefined) return answer
      const why = timeout.aborted ? `no answer within ${formatDuration(timeoutMs)}` : wordsOf(error)
      throw new ActionError(`${route}: ${why}.`, { cause: error })
    }
  }
}

/** An Enterprise server has its REST API at /api/v3, and its GraphQL at /api/graphql. */
function placeOf(route: string): { baseUrl?: string } {
  const apiUrl = process.env['GITHUB_API_URL'] ?? ''
  return route === 'POST /graphql' && apiUrl !== '' ? { baseUrl: apiUrl.replace(/\/v3\/?$/, '') } : {}
}

async function connected(token: string) {
  const { getOctokit } = await import(/* webpackMode: "eager" */ '@actions/github')
  const plain = getOctokit(token)
  // Its own fetch knows the proxies.
  const { fetch } = plain.request.endpoint.DEFAULTS.request as { fetch: typeof globalThis.fetch }
  const request = plain.request.defaults({ request: { fetch: wholly(fetch) } })
  return { request: request as (route: string, options: object) => Promise<GitHubAnswer> }
}

/** The client takes an answer that breaks off for an empty one, and an endless one for memory. */
function wholly(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (url, init) => {
    const response = await fetch(url, init)
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += piece.length
      if (bytes > MAX_BYTES) throw new ActionError(`the answer is longer than ${MAX_BYTES} bytes`)
      pieces.push(piece)
    }
    const { status, headers } = response
    const isEmpty = bytes === 0 || [204, 205, 304].includes(status)
    return new Response(isEmpty ? null : Buffer.concat(pieces), { status, headers: [...headers] })
  }
}

/** The client throws every status but those of success. */
function answerIn(error: unknown): GitHubAnswer | undefined {
  const response = objectIn(fieldOf(error, 'response'))
  if (response === undefined) return undefined
  const { status, headers, data } = response
  return { status: Number(status), headers: headers as GitHubAnswer['headers'], data }
}

/** What is behind "fetch failed"; both address families failing gives one error of several. */
function wordsOf(error: unknown): string {
  const cause = fieldOf(error, 'cause')
  if (cause !== undefined) return wordsOf(cause)
  const errors = fieldOf(error, 'errors')
  return Array.isArray(errors) ? errors.map(messageOf).join(', ') : messageOf(error)
}
