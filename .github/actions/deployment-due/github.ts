/** GitHub's REST API with nothing but Node: what is asked here is little, and nothing is installed beside it. */
import { ActionError, fieldOf, messageOf } from '../../../actions/shared/errors.ts'
import type { GitHubAnswer, GitHubRequest } from '../../../actions/shared/ports.ts'

const MAX_BYTES = 16 * 1_048_576

/** The token goes to `apiUrl` and to no other address: redirects are not followed. */
export function githubGet(apiUrl: string, token: string): GitHubRequest {
  return async (route, parameters, { timeoutMs, signal }) => {
    const timeout = AbortSignal.timeout(Math.ceil(timeoutMs))
    try {
      const response = await fetch(addressOf(apiUrl, route, parameters), {
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token}`,
          'user-agent': 'nix-vps',
          'x-github-api-version': '2022-11-28',
        },
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      })
      return await answerOf(response)
    } catch (error) {
      signal?.throwIfAborted()
      const why = timeout.aborted ? 'no answer in time' : messageOf(fieldOf(error, 'cause') ?? error)
      throw new ActionError(`${route}: ${why}.`, { cause: error })
    }
  }
}

/** `{name}` of the path is one part of it, whatever it holds; what the path does not name is the query. */
function addressOf(apiUrl: string, route: string, parameters: object): URL {
  const rest = new Map(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
  const path = route.replace(/^GET /, '').replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name) ?? ''
    rest.delete(name)
    return encodeURIComponent(value)
  })
  const url = new URL(apiUrl.replace(/\/$/, '') + path)
  for (const [name, value] of rest) url.searchParams.set(name, value)
  return url
}

async function answerOf({ status, headers, body }: Response): Promise<GitHubAnswer> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > MAX_BYTES) throw new ActionError(`the answer is longer than ${MAX_BYTES} bytes`)
    pieces.push(piece)
  }
  return { status, headers: Object.fromEntries(headers), data: jsonOf(Buffer.concat(pieces).toString()) }
}

/** A page for people stays a text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
