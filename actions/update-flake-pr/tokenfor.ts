import type { AccessToken } from './accesstokens.ts'
import type { Place } from './links.ts'

/** As Nix chooses: the token of the longest scope that the repository lies in. */
export function tokenFor(tokens: readonly AccessToken[], { host, owner, repo }: Place): string | undefined {
  const path = `${host}/${owner}/${repo}/`
  const [best] = tokens
    .filter(({ scope }) => path.startsWith(`${scope}/`))
    .toSorted((one, other) => other.scope.length - one.scope.length)
  // Nix wants to be told how GitLab takes a token; as a bearer's it takes them all.
  return best?.token.replace(/^(?:PAT|OAuth2):/, '')
}
