import { ActionError } from '../shared/errors.ts'

/** What Nix calls an access token: for a host, or for what is below `HOST/PATH`. */
export interface AccessToken {
  /** `github.com`, or `github.com/owner/repo`. */
  readonly scope: string
  readonly token: string
}

/** Lines `HOST=TOKEN`. No complaint quotes a line: any of them may be a token. */
export function parseAccessTokens(text: string): readonly AccessToken[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  const tokens = lines.flatMap((line, index) => (line === '' ? [] : [parsed(line, index + 1)]))
  const scopes = tokens.map(({ scope }) => scope)
  const twice = scopes.find((scope, at) => scopes.indexOf(scope) !== at)
  if (twice !== undefined) throw new ActionError(`there are two tokens for ${twice}`)
  return tokens
}

/** Nix separates them by spaces, and scope and token by the first `=`. */
function parsed(line: string, number: number): AccessToken {
  const [, scope, token] =
    /^([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?(?:\/[\w.~%-]+)*)=(\S+)$/i.exec(line) ?? []
  if (scope === undefined || token === undefined)
    throw new ActionError(`line ${number} is not 'HOST=TOKEN', such as 'github.com=…' or 'gitlab.com=PAT:…'`)
  return { scope, token }
}

/** Whatever may be a secret in text that is possibly no list of tokens at all. */
export function tokensIn(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  const tokens = lines.map((line) => line.slice(line.indexOf('=') + 1).trim()).filter((token) => token !== '')
  // GitLab's are told with their kind, PAT:… or OAuth2:…, and sent without it.
  return tokens.flatMap((token) => [
    token,
    ...token
      .split(':')
      .slice(1)
      .filter((part) => part !== ''),
  ])
}
