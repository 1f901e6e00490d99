/** Locks as Nix writes them, in short. */
import type { FlakeUpdate, Lock, Reference } from '../../actions/update-flake-pr/facts.ts'
import { changesBetween } from '../../actions/update-flake-pr/lockdiff.ts'
import { parseLock } from '../../actions/update-flake-pr/lock.ts'
import { referenceIn } from '../../actions/update-flake-pr/reference.ts'

type Attributes = Readonly<Record<string, unknown>>

/** 2026-01-01T00:00:00Z */
export const NEW_YEAR = 1_767_225_600

export function rev(digit: string): string {
  return digit.repeat(40)
}

export function narHash(digit: string): string {
  return `sha256-${digit.repeat(43)}=`
}

export function reference(attributes: Attributes): Reference {
  const read = referenceIn(attributes)
  if (read === undefined) throw new Error('This is no reference.')
  return read
}

/** A node of `github:OWNER/REPO[/REF]` at a rev of equal digits. */
export function github(name: string, digit: string, more: Attributes = {}): Attributes {
  const [owner, repo, ref] = name.split('/')
  const locked = { ...at(digit), type: 'github', owner, repo }
  return { locked, original: { type: 'github', owner, repo, ...(ref === undefined ? {} : { ref }) }, ...more }
}

/** What a locked reference has besides where it is from. */
export function at(digit: string, lastModified: number = NEW_YEAR): Attributes {
  return { rev: rev(digit), narHash: narHash(digit), lastModified }
}

/** `root`: the inputs of the flake itself. */
export function lockText(root: Attributes, nodes: Attributes = {}, more: Attributes = {}): string {
  return JSON.stringify({ nodes: { root: { inputs: root }, ...nodes }, root: 'root', version: 7, ...more })
}

export function lock(root: Attributes, nodes: Attributes = {}, more: Attributes = {}): Lock {
  return parseLock(lockText(root, nodes, more), 'flake.lock')
}

/** An update after which the lock is this. */
export function updateTo(after: Lock, more: Partial<FlakeUpdate> = {}): FlakeUpdate {
  const before = lock({})
  return {
    ...{ flake: '.', lockPath: 'flake.lock', beforeText: '', afterText: '', before, after },
    ...{ changes: changesBetween(before, after), failed: [], heldBack: [], cooled: [], suppressed: [] },
    ...more,
  }
}

/** `path: follows X` or `path: github:o/r/1111`, one a line. */
export function summaryOf({ inputs }: Lock): readonly string[] {
  return [...inputs.values()].map(({ path, follows, locked }) => {
    const source =
      locked === undefined ? 'nothing' : `${locked.repo ?? locked.type} ${locked.rev?.slice(0, 1)}`
    return follows === undefined ? `${path}: ${source}` : `${path}: follows '${follows}', ${source}`
  })
}
