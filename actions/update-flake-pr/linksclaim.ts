import type { Reference } from './facts.ts'
import { parseGitUrl } from './giturl.ts'
import { forgeHostOf } from './reference.ts'

export type Forge = 'github' | 'gitlab' | 'sourcehut' | 'forgejo' | 'bitbucket' | 'flakehub'

/** Where a repository seems to be: nothing of it has been looked at yet. */
export interface Claim {
  readonly host: string
  /** Owner, groups, repository. */
  readonly path: readonly string[]
  /** What the reference itself says. */
  readonly forge?: Forge
  /** What it looks like, which counts where nobody knows the host. */
  readonly shape?: Forge
}

const FORGE_TYPES = new Map<string, Forge>([
  ['github', 'github'],
  ['gitlab', 'gitlab'],
  ['sourcehut', 'sourcehut'],
])

const NIXPKGS: Claim = { host: 'github.com', path: ['NixOS', 'nixpkgs'] }

/** FlakeHub's names for nixpkgs, whose revisions are those of the repository. */
const MIRRORS = /^(?:NixOS\/nixpkgs|DeterminateSystems\/nixpkgs-weekly)$/i

export function claimOf(reference: Reference): Claim | undefined {
  const { type, url = '' } = reference
  if (type === 'git') return parseGitUrl(url)
  if (type === 'tarball') return tarballClaimOf(url)
  const forge = FORGE_TYPES.get(type)
  const host = forgeHostOf(reference)
  if (forge === undefined || host === undefined) return undefined
  const { owner = '', repo = '' } = reference
  // Nix keeps the groups of GitLab in one segment.
  return { forge, host, path: [...owner.replace(/%2f/gi, '/').split('/'), repo] }
}

function tarballClaimOf(address: string): Claim | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined
  return channelClaimOf(url) ?? flakeHubClaimOf(url) ?? archiveClaimOf(url)
}

/** https://channels.nixos.org/nixos-unstable/nixexprs.tar.xz, and what it redirects to. */
function channelClaimOf({ host, pathname }: URL): Claim | undefined {
  const isChannel =
    (/^(?:channels|releases)\.nixos\.org$/.test(host) && /^\/(?:nixos|nixpkgs)[-/]/.test(pathname)) ||
    (host === 'nixos.org' && pathname.startsWith('/channels/'))
  return isChannel ? NIXPKGS : undefined
}

function flakeHubClaimOf({ host, pathname }: URL): Claim | undefined {
  const [, owner = '', repo = ''] = /^\/f\/(?:pinned\/)?([^/]+)\/([^/]+)/.exec(pathname) ?? []
  if (!/^(?:api\.)?flakehub\.com$/.test(host) || owner === '') return undefined
  return MIRRORS.test(`${owner}/${repo}`) ? NIXPKGS : { host: 'flakehub.com', path: [owner, repo] }
}

/** GitLab has `/-/` before it; Forgejo and Gitea answer with the address in their API. */
function archiveClaimOf({ host, pathname }: URL): Claim | undefined {
  const [, groups] = /^\/(.+?)\/-\/archive\//.exec(pathname) ?? []
  if (groups !== undefined) return { host, path: groups.split('/') }
  const [, owner, repo] =
    /^(?:\/api\/v1\/repos)?\/([^/]+)\/([^/]+)\/archive\/.+\.(?:tar\.gz|zip)$/.exec(pathname) ?? []
  return owner === undefined || repo === undefined
    ? undefined
    : { host, path: [owner, repo], shape: 'forgejo' }
}
