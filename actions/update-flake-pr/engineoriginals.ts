import { objectIn, textIn, type Json } from '../shared/json.ts'

/** What is looked at of a lock that has been parsed before. */
interface LockFile {
  readonly root: string
  readonly nodes: Readonly<Record<string, Json>>
}

/**
 * The lock with what these root inputs were asked for as another lock has it; both have nodes of their own for them. A
 * lock says of each input what it was asked for, and Nix asks again as soon as flake.nix says something else: what is
 * held must not look as if that had been done.
 */
export function withOriginalsOf(other: string, text: string, names: readonly string[]): string {
  const lock = JSON.parse(text) as LockFile
  const kept = JSON.parse(other) as LockFile
  const originals = names.map((name) => {
    const label = labelOf(lock, name)
    const original = kept.nodes[labelOf(kept, name)]?.['original']
    return [label, { ...lock.nodes[label], original }] as const
  })
  const nodes = { ...lock.nodes, ...Object.fromEntries<Json>(originals) }
  // As Nix writes it.
  return `${JSON.stringify({ ...lock, nodes }, undefined, 2)}\n`
}

function labelOf({ nodes, root }: LockFile, name: string): string {
  return textIn(objectIn(nodes[root]?.['inputs'])?.[name])
}
