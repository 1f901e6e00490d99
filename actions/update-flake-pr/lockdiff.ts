import type { Change, ChangeKind, Lock, LockedInput, Reference } from './facts.ts'
import { isRootPath } from './inputpath.ts'
import { isSameSource } from './reference.ts'
import { risksOfMove } from './risks.ts'

/** Of root inputs first, then by path. What merely follows an input that has moved is no change of its own. */
export function changesBetween(before: Lock, after: Lock): readonly Change[] {
  const paths = [...new Set([...before.inputs.keys(), ...after.inputs.keys()])].sort()
  const changeAt = (path: string) => changeOf(path, before.inputs.get(path), after.inputs.get(path))
  const changes = paths.flatMap(changeAt)
  return [
    ...changes.filter(({ path }) => isRootPath(path)),
    ...changes.filter(({ path }) => !isRootPath(path)),
  ]
}

function changeOf(
  path: string,
  from: LockedInput | undefined,
  to: LockedInput | undefined,
): readonly Change[] {
  const kind = kindOf(from, to)
  return kind === undefined ? [] : [{ path, kind, from, to, risks: risksOfMove(from, to) }]
}

function kindOf(from: LockedInput | undefined, to: LockedInput | undefined): ChangeKind | undefined {
  if (from === undefined) return 'added'
  if (to === undefined) return 'removed'
  if (from.follows !== to.follows) return 'retargeted'
  if (from.follows !== undefined) return undefined
  if (!isSameTarget(from.original, to.original)) return 'retargeted'
  return isSameState(from.locked, to.locked) ? undefined : 'updated'
}

function isSameTarget(a: Reference | undefined, b: Reference | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return isSameSource(a, b) && a.ref === b.ref && a.dir === b.dir
}

/** A hash that only one of them has says nothing. */
function isSameState(a: Reference | undefined, b: Reference | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  const hashes = new Set([a.narHash, b.narHash].filter((hash) => hash !== undefined))
  return isSameSource(a, b) && a.dir === b.dir && a.rev === b.rev && hashes.size < 2
}
