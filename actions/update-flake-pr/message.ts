import { dayOf } from './dates.ts'
import { clipped, plainName } from './defused.ts'
import type { Change, FlakeUpdate, LockedInput, TokenFacts } from './facts.ts'
import { lockedUrl } from './flakeurl.ts'
import { shortOf } from './reference.ts'
import { filled, withNames } from './title.ts'

/** Whoever signs off, and the server that has the account. */
export interface Signer extends Pick<TokenFacts, 'login' | 'id'> {
  readonly serverUrl: string
}

const MAX_TEXT = 5_000
const MAX_LIST_BYTES = 10_000

/** The template's first line, its other lines, what changes in the words of Nix, and the trailers. */
export function messageOf(template: string, updates: readonly FlakeUpdate[], signer?: Signer): string {
  const first = template.replace(/[\r\n][^]*/, '')
  const others = template.slice(first.length).split(/\r\n|\r|\n/)
  const text = clipped(others.map((line) => withNames(line, updates)).join('\n'), MAX_TEXT).trim()
  const { words, trailers } = partsOf(text)
  const signature = signer === undefined ? [] : [signatureOf(signer)]
  const end = [...trailers, ...signature].join('\n')
  return [filled(first, updates), words, changesText(updates), end].filter((part) => part !== '').join('\n\n')
}

/** Trailers have to stay the last paragraph. https://git-scm.com/docs/git-interpret-trailers */
function partsOf(text: string): { readonly words: string; readonly trailers: readonly string[] } {
  const paragraphs = text.split(/\n(?:[ \t]*\n)+/)
  const last = paragraphs.slice(-1).flatMap((paragraph) => paragraph.split('\n'))
  if (!last.every((line) => /^[A-Za-z0-9-]+: \S/.test(line))) return { words: text, trailers: [] }
  return { words: paragraphs.slice(0, -1).join('\n\n'), trailers: last }
}

/** https://docs.github.com/en/account-and-profile/reference/email-addresses-reference */
function signatureOf({ login, id, serverUrl }: Signer): string {
  const user = id === undefined ? login : `${id}+${login}`
  return `Signed-off-by: ${login} <${user}@users.noreply.${new URL(serverUrl).hostname}>`
}

/** As `nix flake update --commit-lock-file` says it. */
function changesText(updates: readonly FlakeUpdate[]): string {
  const changed = updates.filter(({ changes }) => changes.length > 0)
  const bullets = changed.flatMap(({ lockPath, changes }) => [
    ...(updates.length === 1 ? [] : [`${plainName(lockPath)}:`]),
    ...changes.map(bulletOf),
  ])
  return bullets.length === 0 ? '' : `Flake lock file updates:\n\n${fitting(bullets)}`
}

function fitting(bullets: readonly string[]): string {
  let leftBytes = MAX_LIST_BYTES
  const kept = bullets.filter((bullet) => (leftBytes -= Buffer.byteLength(bullet) + 1) >= 0)
  const more = bullets.length - kept.length
  return [...kept, ...(more === 0 ? [] : [`• ${more} more`])].join('\n')
}

function bulletOf({ path, kind, from, to }: Change): string {
  const name = `input '${plainName(path)}'`
  if (to === undefined) return `• Removed ${name}`
  if (from === undefined) return `• Added ${name}:\n    ${lockedWords(to)}`
  const verb = kind === 'retargeted' ? 'Retargeted' : 'Updated'
  return `• ${verb} ${name}:\n    ${lockedWords(from)}\n  → ${lockedWords(to)}`
}

function lockedWords({ follows, locked }: LockedInput): string {
  if (follows !== undefined) return `follows '${plainName(follows)}'`
  if (locked === undefined) return 'nothing'
  const day = dayOf(locked.lastModified)
  const url = lockedUrl(locked) ?? shortOf(locked)
  return `'${harmless(url)}'${day === undefined ? '' : ` (${day})`}`
}

/**
 * A flake reference in which GitHub finds no mention and no reference: neither `@name` nor `#1`, and no address of an
 * issue. In front of a host `@` is harmless, and readers expect it there.
 */
function harmless(url: string): string {
  const encoded = url
    .replace(
      /(?<=^[\w+]+:\/\/[\w.-]{1,64})(@)|[^\w./+=?&%:,~-]/gu,
      (mark, at?: string) => at ?? percentEncoded(mark),
    )
    .replace(/(?<=\/)[ipdc](?=(?:ssues|ull|iscussions|ommit)\/)|(?<=GH)-(?=\d)/gi, percentEncoded)
  return clipped(encoded, 300)
}

function percentEncoded(character: string): string {
  const bytes = [...Buffer.from(character)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'))
  return `%${bytes.join('%')}`
}
