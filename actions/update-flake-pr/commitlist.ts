import { link } from '../shared/markdown.ts'
import { fairly } from './bodyroom.ts'
import { counted } from './dates.ts'
import { clipped, nameCode, shown } from './defused.ts'
import type { Change, FlakeUpdate, History, HistoryOf, Reference } from './facts.ts'
import { compareUrl, placeOf, revisionUrl, type Place } from './links.ts'
import { ranked, type RankedCommit } from './ranking.ts'
import { isOfRoot } from './rootchange.ts'

/** One history, which several flakes may share. */
export interface Listed {
  readonly names: readonly string[]
  readonly change: Change
  readonly history: History
}

/** Histories of root inputs, each once. */
export function listedIn(updates: readonly FlakeUpdate[], historyOf: HistoryOf): readonly Listed[] {
  const found = new Map<string, Listed>()
  for (const change of updates.flatMap(({ changes }) => changes.filter(isOfRoot))) {
    const history = historyOf(change)
    if (history === undefined || 'problem' in history || history.commits.length === 0) continue
    const key = JSON.stringify([change.from, change.to].map((input) => input?.locked))
    const before = found.get(key)?.names ?? []
    found.set(key, { names: [...new Set([...before, change.path])], change, history })
  }
  return [...found.values()]
}

/** Folded lists, the commits that matter most first; each input gets its share of the room. */
export function commitLists(all: readonly Listed[], max: number, serverUrl: string): string {
  const lists = all.map((one) => {
    const list = listOf(one, serverUrl)
    const need = `${list.head}${list.items.join('')}${list.foot}`.length
    return { need, part: (room: number) => cut(list, room) }
  })
  const texts = fairly(lists, max - MAX_NOTE)
  const omitted = texts.filter((one) => one === '').length
  const note = omitted === 0 ? '' : `There is no room for the commits of ${counted(omitted, 'input')}.\n`
  return `${texts.join('')}${note}`
}

const MAX_NOTE = 100

interface List {
  readonly head: string
  readonly items: readonly string[]
  readonly foot: string
  /** What stands below a list that has only some of them. */
  readonly more: (count: number) => string
}

const END = '\n</details>\n\n'

function listOf({ names, change, history }: Listed, serverUrl: string): List {
  const commits = ranked(history.commits)
  const to = change.to?.locked
  const items = commits.map((commit) => `- ${itemOf(commit, to, serverUrl)}\n`)
  const total = Math.max(history.total ?? 0, history.commits.length)
  const head = `<details><summary>${headOf(names, { total, commits })}</summary>\n\n`
  const compare = to && change.from?.locked && compareUrl(change.from.locked, to, serverUrl)
  const all = compare === undefined ? '' : ` (${link('all of them', compare)})`
  // Of those that were read, some may be told by one line.
  const unread = total - history.commits.length
  const more = (count: number) => (count === 0 ? '' : `- ${counted(count, 'more commit')}${all}\n`)
  return { head, items, foot: `${more(unread)}${END}`, more: (left) => `${more(left + unread)}${END}` }
}

function headOf(
  names: readonly string[],
  { total, commits }: { readonly total: number; readonly commits: readonly RankedCommit[] },
): string {
  const reasons = commits.flatMap(({ reason }) => reason ?? [])
  const counts = [...new Set(reasons)].map(
    (reason) => `${reason} ${reasons.filter((one) => one === reason).length}`,
  )
  const standing = counts.length === 0 ? '' : ` (${counts.join(', ')})`
  return `${names.slice(0, 5).map(nameCode).join(', ')}: ${counted(total, 'commit')}${standing}`
}

function itemOf(commit: RankedCommit, to: Reference | undefined, serverUrl: string): string {
  const { sha, subject, pull, reason } = commit
  const url = to && revisionUrl({ ...to, rev: sha }, serverUrl)
  const start = url === undefined ? nameCode(sha.slice(0, 8)) : link(sha.slice(0, 8), url)
  const why = reason === undefined ? '' : `**${reason}** `
  const words = `${clipped(subject, 160)}${pull === undefined ? '' : ` (#${pull})`}`
  return `${start} ${why}${withNumbers(shown(words), to && placeOf(to, serverUrl))}`
}

/** Numbers of pull requests become links, through a host that tells the linked ones nothing of it. */
function withNumbers(markdown: string, place: Place | undefined): string {
  if (place?.host !== 'github.com') return markdown
  const pulls = `https://redirect.github.com/${place.owner}/${place.repo}/pull`
  return markdown.replace(/(?<![\w/;])&#35;&#8203;(\d{1,9})\b/g, (_, number: string) =>
    link(`#${number}`, `${pulls}/${number}`),
  )
}

/** With fewer items, if need be; `''` if not even one fits. */
function cut({ head, items, foot, more }: List, room: number): string {
  const whole = `${head}${items.join('')}${foot}`
  if (whole.length <= room) return whole
  let left = room - head.length - more(items.length).length
  const kept = items.filter((item) => (left -= item.length) >= 0)
  return kept.length === 0 ? '' : `${head}${kept.join('')}${more(items.length - kept.length)}`
}
