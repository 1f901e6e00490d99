/** What differs between two closures, from what the caches say of their paths. */
import type { ClosureDiff, PackageChange } from '../shared/closurediff.ts'
import type { PathFacts } from './closure.ts'
import { byText, byVersion, packageOf } from './drvname.ts'

type Sized = Pick<PathFacts, 'path' | 'narSize'>

interface Group {
  readonly versions: Set<string>
  bytes: number
}

const NOTHING: Group = { versions: new Set(), bytes: 0 }

/** By package; one whose versions are the same does not appear. Sizes are bytes as unpacked. */
export function closureDiffOf(before: readonly Sized[], after: readonly Sized[]): ClosureDiff {
  const [old, now] = [groupsOf(before), groupsOf(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].sort(byName)
  const changes = names.map((name) => changeOf(name, old.get(name) ?? NOTHING, now.get(name) ?? NOTHING))
  return {
    added: changes.filter(({ name }) => !old.has(name)),
    removed: changes.filter(({ name }) => !now.has(name)),
    changed: changes.filter((change) => old.has(change.name) && now.has(change.name) && isChanged(change)),
    sizeBytes: { from: unpackedOf(before), to: unpackedOf(after) },
  }
}

/** The packages that have another path and the same versions; by name. */
export function rebuiltIn(
  before: readonly Pick<PathFacts, 'path'>[],
  after: readonly Pick<PathFacts, 'path'>[],
  { added, changed }: ClosureDiff,
): readonly string[] {
  const old = new Set(before.map(({ path }) => path))
  const said = new Set([...added, ...changed].map(({ name }) => name))
  const fresh = after.filter(({ path }) => !old.has(path)).map(({ path }) => packageOf(path).name)
  return [...new Set(fresh)].filter((name) => !said.has(name)).sort(byName)
}

function groupsOf(paths: readonly Sized[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  for (const { path, narSize } of paths) {
    const { name, version } = packageOf(path)
    const group = groups.get(name) ?? { versions: new Set(), bytes: 0 }
    if (version !== '') group.versions.add(version)
    group.bytes += narSize
    groups.set(name, group)
  }
  return groups
}

function changeOf(name: string, old: Group, now: Group): PackageChange {
  return {
    name,
    from: [...old.versions].sort(byVersion),
    to: [...now.versions].sort(byVersion),
    sizeBytes: { from: old.bytes, to: now.bytes },
  }
}

function isChanged({ from, to }: PackageChange): boolean {
  return from.join(' ') !== to.join(' ')
}

function byName(one: string, other: string): number {
  return byText(one.toLowerCase(), other.toLowerCase()) || byText(one, other)
}

function unpackedOf(paths: readonly Sized[]): number {
  return paths.reduce((sum, { narSize }) => sum + narSize, 0)
}
