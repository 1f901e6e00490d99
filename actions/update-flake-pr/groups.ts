/** Which inputs go into which pull request. */

/** Names of root inputs by flake. */
export type Chosen = ReadonlyMap<string, readonly string[]>

export interface Group {
  readonly branch: string
  /** Empty = one pull request for all. */
  readonly inputs: readonly string[]
  readonly chosen: Chosen
}

/** With `input`, those of one name in several flakes belong together. */
export function groupsOf(groupBy: 'none' | 'input', branch: string, chosen: Chosen): readonly Group[] {
  if (groupBy === 'none') return [{ branch, inputs: [], chosen }]
  const names = [...new Set([...chosen.values()].flat())]
  return names.map((name) => ({
    branch: `${branch}/${name}`,
    inputs: [name],
    chosen: only(chosen, (_, input) => input === name),
  }))
}

export function only(chosen: Chosen, isWanted: (flake: string, input: string) => boolean): Chosen {
  return new Map([...chosen].map(([flake, names]) => [flake, names.filter((name) => isWanted(flake, name))]))
}
