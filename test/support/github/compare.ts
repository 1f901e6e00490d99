/** What is between two commits. */
import type { Commit, Entry, Files, Git } from './git.ts'

export interface Comparison {
  readonly base: Commit
  readonly head: Commit
  readonly mergeBase: Commit
  readonly status: 'ahead' | 'behind' | 'diverged' | 'identical'
  /** The oldest first. */
  readonly ahead: readonly Commit[]
  readonly behind: number
}

export interface FileChange {
  readonly path: string
  readonly status: 'added' | 'removed' | 'modified'
  readonly oid: string
  readonly lines: { readonly additions: number; readonly deletions: number }
}

/** `undefined` if they have nothing in common. */
export function compare(git: Git, base: Commit, head: Commit): Comparison | undefined {
  const [ofBase, ofHead] = [git.ancestorsOf(base.oid), git.ancestorsOf(head.oid)]
  const common = known(
    git,
    [...ofHead].filter((oid) => ofBase.has(oid)),
  )
  const mergeBase = common.at(-1)
  if (mergeBase === undefined) return undefined
  const ahead = known(
    git,
    [...ofHead].filter((oid) => !ofBase.has(oid)),
  )
  const behind = [...ofBase].filter((oid) => !ofHead.has(oid)).length
  return { base, head, mergeBase, ahead, behind, status: statusOf(ahead.length, behind) }
}

function statusOf(ahead: number, behind: number): Comparison['status'] {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}

/** In the order in which they were made. */
export function known(git: Git, oids: Iterable<string>): readonly Commit[] {
  return [...oids]
    .flatMap((oid) => git.commits.get(oid) ?? [])
    .toSorted((one, other) => one.order - other.order)
}

export function changesOf(git: Git, before: Files, after: Files): readonly FileChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)]
    const last = now ?? old
    if (last === undefined || isSame(old, now)) return []
    const lines = { additions: linesIn(git, now), deletions: linesIn(git, old) }
    return [{ path, status: changeOf(old, now), oid: last.oid, lines }]
  })
}

function isSame(old: Entry | undefined, now: Entry | undefined): boolean {
  return old?.oid === now?.oid && old?.mode === now?.mode
}

function changeOf(old: Entry | undefined, now: Entry | undefined): FileChange['status'] {
  if (old === undefined) return 'added'
  return now === undefined ? 'removed' : 'modified'
}

function linesIn({ blobs }: Git, entry: Entry | undefined): number {
  const text = blobs.get(entry?.oid ?? '')?.toString() ?? ''
  return text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0)
}
