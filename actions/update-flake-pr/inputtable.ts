import { link, table } from '../shared/markdown.ts'
import { ageWords, counted, dayOf } from './dates.ts'
import { nameCode, shown } from './defused.ts'
import type { Change, FlakeUpdate, HistoryOf, LockedInput, Risk } from './facts.ts'
import { compareUrl, revisionUrl } from './links.ts'
import { revisionOf, shortOf } from './reference.ts'
import { risksOf } from './risks.ts'
import { isOfRoot } from './rootchange.ts'

/** What the cells need beside the change. */
export interface Known {
  readonly historyOf: HistoryOf
  readonly serverUrl: string
  /** Seconds since 1970; `undefined` = the age of an input is not said. */
  readonly nowS: number | undefined
}

/** Tables of the root inputs, one for each flake. Every input is in them, with fewer words if there is little room. */
export function rootTables(updates: readonly FlakeUpdate[], known: Known, max: number): string {
  return tables(only(updates, isOfRoot), known, max)
}

/** Inputs of inputs, folded. */
export function transitiveTables(updates: readonly FlakeUpdate[], known: Known, max: number): string {
  const theirs = only(updates, (change) => !isOfRoot(change))
  const count = theirs.reduce((sum, { changes }) => sum + changes.length, 0)
  if (count === 0) return ''
  const head = `<details><summary>${counted(count, 'transitive input')}</summary>\n\n`
  const end = '\n</details>\n'
  return `${head}${tables(theirs, known, max - head.length - end.length)}${end}`
}

interface Rows {
  readonly flake: string
  readonly changes: readonly Change[]
}

function only(updates: readonly FlakeUpdate[], isWanted: (change: Change) => boolean): readonly Rows[] {
  return updates.map(({ flake, changes }) => ({ flake, changes: changes.filter(isWanted) }))
}

function tables(flakes: readonly Rows[], known: Known, max: number): string {
  const changed = flakes.filter(({ changes }) => changes.length > 0)
  const whole = changed
    .map(({ flake, changes }) => {
      const title = flakes.length === 1 ? '' : `Flake ${nameCode(flake)}:\n\n`
      const rows = changes.map((change) => rowOf(change, known))
      return `${title}${table(['Input', 'From', 'To', 'Age', 'Compare'], rows)}`
    })
    .join('\n')
  if (whole.length <= max) return whole
  const rows = changed.flatMap(({ flake, changes }) =>
    changes.map(({ path, from, to }) => [
      nameCode(flake),
      nameCode(path),
      revisionCell(from, 'new'),
      revisionCell(to, 'removed'),
    ]),
  )
  return shortTable(rows, max)
}

/** Without links and dates; the last rows are counted if even that is too much. */
function shortTable(rows: readonly (readonly string[])[], max: number): string {
  const more = (count: number) =>
    count === 0 ? '' : `\nThere is no room here for ${counted(count, 'more input')}.\n`
  let left = max - table(HEADER, []).length - more(rows.length).length
  const kept = rows.filter((row) => (left -= table(row, []).indexOf('\n') + 1) >= 0)
  return `${table(HEADER, kept)}${more(rows.length - kept.length)}`
}

const HEADER = ['Flake', 'Input', 'From', 'To']

function rowOf(change: Change, known: Known): readonly string[] {
  const { path, from, to } = change
  const source = (to ?? from)?.original
  const where = source === undefined ? '' : `<br><sub>${shown(shortOf(source), 80)}</sub>`
  const isRetargeted = change.kind === 'retargeted'
  const moved =
    isRetargeted && from?.original !== undefined ? `<br><sub>${shown(shortOf(from.original), 80)}</sub>` : ''
  return [
    `${nameCode(path)}${where}`,
    `${cellOf(from, 'new')}${moved}`,
    cellOf(to, 'removed'),
    ageCell(change, known),
    compareCell(change, known),
  ]
}

function cellOf(input: LockedInput | undefined, absent: string): string {
  const day = input?.follows === undefined ? dayOf(input?.locked?.lastModified) : undefined
  return `${revisionCell(input, absent)}${day === undefined ? '' : `<br>${day}`}`
}

function revisionCell(input: LockedInput | undefined, absent: string): string {
  if (input === undefined) return absent
  const { follows, locked } = input
  if (follows !== undefined) return follows === '' ? 'follows the flake' : `follows ${nameCode(follows)}`
  const revision = locked && revisionOf(locked)
  return revision === undefined ? '' : nameCode(revision.slice(0, revision.startsWith('sha256-') ? 15 : 8))
}

const RISKS: Readonly<Record<Risk, string>> = {
  downgrade: 'goes back',
  rewritten: 'history rewritten',
  host: 'another host',
  owner: 'another owner',
}

function ageCell(change: Change, { historyOf, nowS }: Known): string {
  const { from, to } = change
  const age = ageWords(from?.locked?.lastModified, to?.locked?.lastModified, nowS)
  const risks = risksOf(change, historyOf(change)).map((risk) => `**${RISKS[risk]}**`)
  return [...(age === '' ? [] : [age]), ...risks].join('; ')
}

function compareCell(change: Change, { historyOf, serverUrl }: Known): string {
  const from = change.from?.locked
  const to = change.to?.locked
  if (to === undefined) return ''
  const compare = from && compareUrl(from, to, serverUrl)
  if (compare !== undefined) return link(countWords(historyOf(change)) ?? pageWords(compare), compare)
  const page = revisionUrl(to, serverUrl)
  return page === undefined ? '' : link('revision', page)
}

function countWords(history: ReturnType<HistoryOf>): string | undefined {
  const total = history !== undefined && 'total' in history ? history.total : undefined
  return total === undefined || total === 0 ? undefined : counted(total, 'commit')
}

/** Not every forge has a page that compares. */
function pageWords(url: string): string {
  return url.includes('/compare/') ? 'compare' : 'history'
}
