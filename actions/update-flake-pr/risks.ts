import type { Change, History, LockedInput, Reference, Risk } from './facts.ts'
import { parseGitUrl } from './giturl.ts'
import { placeOf } from './links.ts'
import { forgeHostOf, isSameSource } from './reference.ts'

const ORDER: readonly Risk[] = ['downgrade', 'rewritten', 'host', 'owner']

/** What the lock alone tells. */
export function risksOfMove(from: LockedInput | undefined, to: LockedInput | undefined): readonly Risk[] {
  if (from?.locked === undefined || to?.locked === undefined) return []
  const [before, after] = [from.locked, to.locked]
  const owners = new Set([ownerOf(before), ownerOf(after)].filter((owner) => owner !== undefined))
  const signs: Readonly<Record<Risk, boolean>> = {
    downgrade: isOneSource(from, to) && isOlder(after, before),
    rewritten: false,
    host: hostOf(before) !== hostOf(after),
    owner: owners.size > 1,
  }
  return ORDER.filter((risk) => signs[risk])
}

/** Where a tarball is in the end depends on what it is. */
function isOneSource(from: LockedInput, to: LockedInput): boolean {
  const pairs = [
    [from.original, to.original],
    [from.locked, to.locked],
  ]
  return pairs.some(([a, b]) => a !== undefined && b !== undefined && isSameSource(a, b))
}

function isOlder(one: Reference, other: Reference): boolean {
  return (one.lastModified ?? Infinity) < (other.lastModified ?? -Infinity)
}

/** What the lock tells, and what the history between the two revisions adds to it, or takes back. */
export function risksOf(
  { kind, risks }: Change,
  history: History | { readonly problem: string } | undefined,
): readonly Risk[] {
  const relation = history !== undefined && 'relation' in history ? history.relation : 'unknown'
  return ORDER.filter((risk) => {
    // Dates are whatever the committer's clock said; the graph is the truth.
    if (risk === 'downgrade') return relation === 'behind' || (relation !== 'ahead' && risks.includes(risk))
    // Two branches diverge; that is no news about either of them.
    if (risk === 'rewritten') return relation === 'diverged' && kind !== 'retargeted'
    return risks.includes(risk)
  })
}

/** `''` = this machine. */
function hostOf(reference: Reference): string {
  return forgeHostOf(reference) ?? hostIn(reference.url ?? '')
}

function hostIn(url: string): string {
  return parseGitUrl(url)?.host ?? (URL.canParse(url) ? new URL(url).host : '')
}

/** Wherever it is: what GitHub's own server is called makes no difference to that. */
const ANY_SERVER = 'https://github.com'

function ownerOf(reference: Reference): string | undefined {
  const place = placeOf(reference, ANY_SERVER)?.owner
  const owner = place ?? reference.owner ?? (reference.type === 'git' ? gitOwnerOf(reference) : undefined)
  return owner?.toLowerCase()
}

function gitOwnerOf({ url = '' }: Reference): string | undefined {
  return parseGitUrl(url)?.path.slice(0, -1).join('/')
}
