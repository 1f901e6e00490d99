import { ActionError } from '../shared/errors.ts'
import type { AccessToken } from './accesstokens.ts'
import type { Inputs } from './inputs.ts'

interface Given {
  readonly tokens: readonly AccessToken[]
  /** `extra-access-tokens` does not replace what a host has already. */
  readonly setting: 'access-tokens' | 'extra-access-tokens'
}

/** NIX_CONFIG of a run: after what the machine's holds, for the last line of a setting counts. */
export function nixConfigOf({ tokens, setting }: Given, existing: string): string {
  const lines = [
    // Without them a host that does not answer takes 25 minutes; who has set them otherwise has reasons.
    'connect-timeout = 20',
    'stalled-download-timeout = 60',
    'warn-dirty = false',
    existing,
    'extra-experimental-features = nix-command flakes',
    'accept-flake-config = false',
    ...(tokens.length === 0 ? [] : [`${setting} = ${tokens.map(inNixWords).join(' ')}`]),
  ]
  return lines.filter((line) => line !== '').join('\n')
}

/**
 * GitLab's own header for its tokens goes along to wherever a host redirects (curl keeps back Authorization alone), and
 * it takes them as bearers as well: https://docs.gitlab.com/api/rest/authentication/
 */
function inNixWords({ scope, token }: AccessToken): string {
  return `${scope}=${token.replace(/^PAT:/, 'OAuth2:')}`
}

export type OwnTokens = Pick<Inputs, 'accessTokens' | 'token'>

interface Known {
  /** `github.com`, or that of an Enterprise server. */
  readonly serverHost: string
  readonly machines: readonly AccessToken[]
}

/** Lines of the input, then what the machine's Nix has, then the token of GitHub, each for hosts that have none yet. */
export function tokensFor(own: OwnTokens, { serverHost, machines }: Known): readonly AccessToken[] {
  const tokens = new Map<string, string>()
  const github = { scope: serverHost, token: own.token }
  for (const { scope, token } of [...own.accessTokens, ...machines, github])
    if (!tokens.has(scope)) tokens.set(scope, token)
  for (const [scope, token] of tokens)
    // It ends what Nix reads as one: the rest would be settings, or missing.
    if (/[\s#\p{Cc}]/u.test(token))
      throw new ActionError(`The token for ${scope} has a blank or a '#' in it, which Nix does not take.`)
  return [...tokens].map(([scope, token]) => ({ scope, token }))
}

/** What `nix config show` says of the machine's tokens. */
export function machinesTokens(settings: string): readonly AccessToken[] {
  const [, value = ''] = /^access-tokens =(.*)$/m.exec(settings) ?? []
  const pairs = value.split(' ').filter((pair) => /^[^=]+=./.test(pair))
  return pairs.map((pair) => {
    const at = pair.indexOf('=')
    return { scope: pair.slice(0, at), token: pair.slice(at + 1) }
  })
}
