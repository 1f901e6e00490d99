import { numberIn, objectIn, textIn, type Json } from '../shared/json.ts'
import type { Reference } from './facts.ts'

const FLAGS = ['allRefs', 'exportIgnore', 'lfs', 'shallow', 'submodules', 'verifyCommit']

const DEFAULT_HOSTS = new Map([
  ['github', 'github.com'],
  ['gitlab', 'gitlab.com'],
  ['sourcehut', 'git.sr.ht'],
])

/** A flake reference of a lock; `undefined` for what is none. */
export function referenceIn(value: unknown): Reference | undefined {
  const attributes = objectIn(value) ?? {}
  const type = textIn(attributes['type'])
  if (type === '') return undefined
  const text = (name: string): string | undefined => textIn(attributes[name]) || undefined
  return {
    type,
    owner: text('owner'),
    repo: text('repo'),
    host: text('host'),
    url: text('url'),
    path: text('path'),
    id: text('id'),
    dir: text('dir'),
    ref: text('ref'),
    rev: text('rev'),
    narHash: text('narHash'),
    lastModified: numberIn(attributes['lastModified']),
    revCount: numberIn(attributes['revCount']),
    flags: flagsOf(attributes),
  }
}

function flagsOf(attributes: Json): readonly string[] | undefined {
  const flags = FLAGS.filter((name) => attributes[name] === true)
  return flags.length === 0 ? undefined : flags
}

/** What tells two states of one source apart. */
export function revisionOf({ rev, narHash }: Reference): string | undefined {
  return rev ?? narHash
}

/** The host of a forge's own type of reference; `undefined` for every other type. */
export function forgeHostOf({ type, host }: Reference): string | undefined {
  const usual = DEFAULT_HOSTS.get(type)
  return usual && (host ?? usual).toLowerCase()
}

/**
 * For people, who know it from flake.nix: `github:NixOS/nixpkgs/nixos-unstable`, or with the beginning of the rev where
 * there is no ref. Without what may be a secret.
 */
export function shortOf(reference: Reference): string {
  const { type, url, ref, dir, host } = reference
  const rev = ref === undefined ? reference.rev?.slice(0, 8) : undefined
  if (forgeHostOf(reference) !== undefined)
    return `${type}:${slashed([reference.owner, reference.repo, ref, rev])}${queryOf({ host, dir })}`
  if (url === undefined) return namedOf(reference)
  const isRepository = type === 'git' || type === 'hg'
  return isRepository ? `${type}+${publicUrl(url)}${queryOf({ ref, rev, dir })}` : publicUrl(url)
}

function namedOf({ type, id, ref, path = '' }: Reference): string {
  return type === 'indirect' ? `flake:${slashed([id, ref])}` : `${type}:${path}`
}

function slashed(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('/')
}

function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const known = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  )
  return known.length === 0 ? '' : `?${known.join('&')}`
}

/** A login over HTTP may be a token; over SSH it is just a name. */
function publicUrl(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^(https?:\/\/)[^/]*@/i, '$1')
}

/** Whether both name one repository, tarball or path, whatever the ref and the rev. */
export function isSameSource(a: Reference, b: Reference): boolean {
  if (a.type !== b.type) return false
  const host = forgeHostOf(a)
  if (host === undefined) return a.url === b.url && a.path === b.path && a.id === b.id
  return host === forgeHostOf(b) && isSameName(a.owner, b.owner) && isSameName(a.repo, b.repo)
}

/** The forges do not tell upper from lower case. */
function isSameName(a: string | undefined, b: string | undefined): boolean {
  return a?.toLowerCase() === b?.toLowerCase()
}
