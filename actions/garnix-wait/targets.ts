/** What is waited for: configurations by name, each with its store path if that is known. */
import { ActionError } from '../shared/errors.ts'
import { parseStorePath, type StorePath } from './storepath.ts'

/** Stands for a name where none was given. */
export const NAMELESS = '-'

export interface Target {
  /** An attribute of `nixosConfigurations`, or NAMELESS. */
  readonly name: string
  readonly storePath: StorePath | undefined
  /** The closure that the new one is compared with. */
  readonly compareWith: StorePath | undefined
}

export interface Given {
  readonly configurations: readonly string[]
  readonly storePaths: ReadonlyMap<string, StorePath>
  readonly compareWith: ReadonlyMap<string, StorePath>
}

/** Lines of `[NAME=]PATH`, by name. Throws an `ActionError`. */
export function parseNamedPaths(
  lines: readonly string[],
  configurations: readonly string[],
): ReadonlyMap<string, StorePath> {
  const paths = new Map<string, StorePath>()
  for (const line of lines) {
    const { name, path } = splitLine(line, configurations)
    if (paths.has(name)) throw new ActionError(`there are two paths for '${name}'`)
    paths.set(name, parseStorePath(path))
  }
  return paths
}

function splitLine(line: string, configurations: readonly string[]): { name: string; path: string } {
  // A store path may hold an equals sign, but not before its slashes.
  const end = /^[^=/]*=/.exec(line)?.[0].length ?? 0
  const path = line.slice(end).trim()
  if (end === 0) return { name: onlyName(configurations, path), path }
  const name = line.slice(0, end - 1).trim()
  if (configurations.length > 0 && !configurations.includes(name))
    throw new ActionError(`'${name}' is not among the configurations ${configurations.join(', ')}`)
  return { name, path }
}

function onlyName(configurations: readonly string[], path: string): string {
  if (configurations.length > 1)
    throw new ActionError(
      `'${path}' needs a name in front of it, NAME=PATH: there are several configurations`,
    )
  return configurations[0] ?? NAMELESS
}

/** In the order of `configurations`, or of the store paths where there are none. */
export function targetsOf({ configurations, storePaths, compareWith }: Given): readonly Target[] {
  const names = configurations.length > 0 ? configurations : [...storePaths.keys()]
  return names.map((name) => ({
    name,
    storePath: storePaths.get(name),
    compareWith: compareWith.get(name),
  }))
}
