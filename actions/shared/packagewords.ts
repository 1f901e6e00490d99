/** What differs between two closures, in words; the logs and summaries of all actions show the same. */
import type { ClosureDiff, PackageChange, Sizes } from './closurediff.ts'
import { code, details, table, text } from './markdown.ts'
import type { Log } from './ports.ts'

/** So many rows are read as they stand; more are folded. */
const MAX_OPEN = 20

export interface PackageWords {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly size: string
}

export function packageWords(diff: ClosureDiff): readonly PackageWords[] {
  const { added, removed, changed } = diff
  return [
    ...changed.map((change) => wordsOf(change, versionsOf(change.from), versionsOf(change.to))),
    ...added.map((change) => wordsOf(change, '', versionsOf(change.to))),
    ...removed.map((change) => wordsOf(change, versionsOf(change.from), '')),
  ]
}

/** `3 changed, 1 added, 0 removed, 1.2 GB → 1.3 GB (+80 MB)`. */
export function closureSentence({ added, removed, changed, sizeBytes }: ClosureDiff): string {
  const counts = `${changed.length} changed, ${added.length} added, ${removed.length} removed`
  if (sizeBytes === undefined) return counts
  return `${counts}, ${formatBytes(sizeBytes.from)} → ${formatBytes(sizeBytes.to)} (${growthOf(sizeBytes)})`
}

/** The sentence and a table below it. */
export function closureMarkdown(diff: ClosureDiff, maxRows: number): string {
  const list = foldedPackageTable(diff, maxRows)
  return `${closureSentence(diff)}\n${list === '' ? '' : `\n${list}`}`
}

/** The table below; a long one opens at a click. */
export function foldedPackageTable(diff: ClosureDiff, maxRows: number): string {
  const list = packageTable(diff, maxRows)
  const count = diff.changed.length + diff.added.length + diff.removed.length
  return Math.min(count, maxRows) <= MAX_OPEN ? list : details(`${count} packages`, list)
}

/** `''` where no package differs. The log, which has every package, is said to have what is beyond `maxRows`. */
function packageTable(diff: ClosureDiff, maxRows: number): string {
  const packages = packageWords(diff)
  const rows = packages
    .slice(0, maxRows)
    .map(({ name, from, to, size }) => [code(name), text(from), text(to), size])
  const left = packages.length - rows.length
  const more = left === 0 ? '' : `\n${left} ${rows.length === 0 ? 'packages' : 'more'} are in the log.\n`
  return `${rows.length === 0 ? '' : table(['Package', 'From', 'To', 'Size'], rows)}${more}`
}

export function showClosure(diff: ClosureDiff, log: Log): void {
  log.info(`Closure: ${closureSentence(diff)}`)
  for (const { name, from, to, size } of packageWords(diff))
    log.host(`${name}: ${from || '–'} → ${to || '–'} ${size}\n`)
}

const UNITS = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const

/** Powers of 1000, as Nix counts. */
export function formatBytes(bytes: number): string {
  const [size, unit] = UNITS.find(([least]) => bytes >= least) ?? [1, 'B']
  return `${Number((bytes / size).toFixed(1))} ${unit}`
}

function wordsOf({ name, sizeBytes }: PackageChange, from: string, to: string): PackageWords {
  return { name, from, to, size: sizeBytes === undefined ? '' : growthOf(sizeBytes) }
}

function versionsOf(versions: readonly string[]): string {
  return versions.map((version) => version || 'no version').join(', ') || 'no version'
}

function growthOf({ from, to }: Sizes): string {
  return to < from ? `−${formatBytes(from - to)}` : `+${formatBytes(to - from)}`
}
