import type { ClosureDiff, PackageChange, Sizes } from './closurediff.ts'
import type { ChangedUnits, FailedUnit } from './events.ts'

/** One package in words; log and summary show the same. */
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

/** `[["restarted", ["a.service"]], …]`, without empty lists. */
export function unitLists(units: ChangedUnits): readonly (readonly [string, readonly string[]])[] {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['restarted', units.restarted],
    ['reloaded', units.reloaded],
    ['started', units.started],
    ['stopped', units.stopped],
    ['not restarted', units.notRestarted],
  ]
  return lists.filter(([, names]) => names.length > 0)
}

/** `web.service (exit-code, status 1)`. */
export function failedUnitWords({ unit, result, exitStatus }: FailedUnit): string {
  const details = [result, exitStatus === '' ? '' : `status ${exitStatus}`].filter((part) => part !== '')
  return details.length === 0 ? unit : `${unit} (${details.join(', ')})`
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
