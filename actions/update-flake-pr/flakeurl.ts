import type { Reference } from './facts.ts'

/** What Nix takes for a rev of these; anything else it would take for a ref. */
const FORGE_REV = /^[0-9a-f]{40}$/
const REV = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** The flake reference that locks this input at `rev`; `undefined` where there is none. */
export function pinnedUrl(original: Reference, rev: string): string | undefined {
  const { type } = original
  if (['github', 'gitlab', 'sourcehut'].includes(type))
    return FORGE_REV.test(rev) ? forgeUrl(original, rev) : undefined
  return (type === 'git' || type === 'hg') && REV.test(rev) ? repositoryUrl(original, rev) : undefined
}

/** The flake reference of exactly what is locked; `undefined` where there is none. */
export function lockedUrl(locked: Reference): string | undefined {
  const { type, rev, narHash } = locked
  if (type === 'path') return pathUrl(locked)
  if (type === 'tarball' || type === 'file')
    return narHash === undefined ? undefined : addressed(locked, { narHash, rev, dir: locked.dir })
  return rev === undefined ? undefined : pinnedUrl(locked, rev)
}

/** `at`: a ref or a rev, if any. */
export function forgeUrl(reference: Reference, at: string | undefined): string | undefined {
  const { type, owner = '', repo = '', host, dir } = reference
  // Nix takes a slash for the end of the name, and of a host it takes no port.
  const isSound =
    /^~?[\w.-]+(?:(?:\/|%2f)[\w.-]+)*$/i.test(owner) &&
    /^[\w.-]+$/.test(repo) &&
    /^[a-z0-9.-]*$/i.test(host ?? '')
  if (!isSound) return undefined
  const names = [encoded(owner), encoded(repo), ...(at === undefined ? [] : [encodedPath(at)])]
  return withQuery(`${type}:${names.join('/')}`, { host, dir })
}

function repositoryUrl(reference: Reference, rev: string): string | undefined {
  const flags = Object.fromEntries((reference.flags ?? []).map((flag) => [flag, '1']))
  // The keys that it would have to be verified with do not go into a URL.
  if ('verifyCommit' in flags) return undefined
  return addressed(reference, { ref: reference.ref, rev, dir: reference.dir, ...flags })
}

function pathUrl({ path = '', narHash, lastModified, dir }: Reference): string | undefined {
  // Nothing says what a relative one is relative to, and without a hash it is not locked.
  if (!path.startsWith('/') || narHash === undefined) return undefined
  return withQuery(`path:${encodedPath(path)}`, { narHash, lastModified: lastModified?.toFixed(), dir })
}

type Query = Readonly<Record<string, string | undefined>>

/** An address stays as it is: it is encoded already, or no address. */
function addressed({ type, url = '' }: Reference, query: Query): string | undefined {
  return /^[a-z]+:\/\/[\w.~:/?@!$&'()*+,;=%[\]-]+$/i.test(url)
    ? withQuery(`${type}+${url}`, query)
    : undefined
}

/** What the URL says already is not said again. */
function withQuery(url: string, query: Query): string {
  const known = new URLSearchParams(url.replace(/^[^?]*/, ''))
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || known.has(name) ? [] : [`${name}=${encodedPath(value)}`],
  )
  return pairs.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`
}

function encodedPath(path: string): string {
  return path.split('/').map(encoded).join('/')
}

/** JSON can hold half a character, which no URL can. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
