import type { Reference } from './facts.ts'
import { claimOf, type Claim, type Forge } from './linksclaim.ts'

/** A repository on a forge, whose names have nothing in them that a link would have to escape. */
export interface Place {
  readonly forge: Forge
  /** With its port, if that is none of the usual ones. */
  readonly host: string
  /** On GitLab the groups as well, as a path: `group/subgroup`. */
  readonly owner: string
  readonly repo: string
  /** Its page. */
  readonly web: string
}

/** Everybody knows these; what runs at other hosts nobody says. */
const FORGES = new Map<string, Forge>([
  ['github.com', 'github'],
  ['gitlab.com', 'gitlab'],
  ['git.sr.ht', 'sourcehut'],
  ['codeberg.org', 'forgejo'],
  ['bitbucket.org', 'bitbucket'],
  ['flakehub.com', 'flakehub'],
])

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/
const NAME = /^(?!\.+$)[\w.-]+$/

/** `undefined` where nobody says what forge it is. */
export function placeOf(reference: Reference, serverUrl: string): Place | undefined {
  const claim = claimOf(reference)
  const server = new URL(serverUrl)
  const forge = claim && forgeOf(claim, server)
  if (claim === undefined || forge === undefined || !isSound(claim, forge)) return undefined
  const { host, path } = claim
  const owner = path.slice(0, -1).join('/')
  const repo = path.slice(-1).join('/')
  const origin = host === server.host ? server.origin : `https://${host}`
  return {
    forge,
    host,
    owner,
    repo,
    web: `${origin}${forge === 'flakehub' ? '/flake' : ''}/${owner}/${repo}`,
  }
}

function forgeOf({ forge, host, shape }: Claim, server: URL): Forge | undefined {
  return forge ?? (host === server.host ? 'github' : (FORGES.get(host) ?? shape))
}

/** Whatever passes leads nowhere but to a page of that host. */
function isSound({ host, path }: Claim, forge: Forge): boolean {
  const names =
    forge === 'sourcehut' ? path.map((name, at) => (at === 0 ? name.replace(/^~/, '') : name)) : path
  const isDeepEnough = forge === 'gitlab' ? path.length >= 2 : path.length === 2
  return HOST.test(host) && isDeepEnough && names.every((name) => NAME.test(name))
}

/**
 * The page that shows what lies between two revisions of one repository, or the next best: sourcehut and FlakeHub have
 * no such page.
 */
export function compareUrl(from: Reference, to: Reference, serverUrl: string): string | undefined {
  const [place, other] = [placeOf(to, serverUrl), placeOf(from, serverUrl)]
  const [before, after] = [revIn(from), revIn(to)]
  if (place === undefined || before === undefined || after === undefined || before === after) return undefined
  return place.web.toLowerCase() === other?.web.toLowerCase() ? comparison(place, before, after) : undefined
}

function comparison({ forge, web }: Place, before: string, after: string): string {
  switch (forge) {
    case 'github':
    case 'forgejo':
      return `${web}/compare/${before}...${after}`
    case 'gitlab':
      return `${web}/-/compare/${before}...${after}`
    case 'sourcehut':
      return `${web}/log/${after}`
    case 'bitbucket':
      return `${web}/branches/compare/${after}..${before}`
    case 'flakehub':
      return web
  }
}

/** The page of the revision. */
export function revisionUrl(reference: Reference, serverUrl: string): string | undefined {
  const place = placeOf(reference, serverUrl)
  const rev = revIn(reference)
  return place && rev && pageOf(place, rev)
}

function pageOf({ forge, web }: Place, rev: string): string {
  switch (forge) {
    case 'github':
    case 'forgejo':
    case 'sourcehut':
      return `${web}/commit/${rev}`
    case 'gitlab':
      return `${web}/-/commit/${rev}`
    case 'bitbucket':
      return `${web}/commits/${rev}`
    case 'flakehub':
      return web
  }
}

/** Some tarballs have it in their address alone. */
function revIn({ rev, url = '' }: Reference): string | undefined {
  const [, found] = /(?:[?&]rev=|\/archive\/|%2Brev-)([0-9a-f]+)(?![\w-])/i.exec(url) ?? []
  const known = (rev ?? found ?? '').toLowerCase()
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(known) ? known : undefined
}
