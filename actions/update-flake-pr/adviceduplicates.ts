import { followsLine } from './advicenix.ts'
import { isOwn, knownPlaceOf, listed, type AdviceWords, type OwnInput } from './advicewords.ts'
import type { FlakeUpdate } from './facts.ts'
import { inputPath, namesIn } from './inputpath.ts'

/** More of them nobody pastes at once. */
const MAX_LINES = 30

/** A flake, or a tree that is none, of a repository. */
interface Copy {
  readonly key: string
  readonly repository: string
  readonly input: OwnInput
  readonly names: readonly string[]
}

interface Share {
  readonly copy: Copy
  readonly line: string
}

/** Repositories that the lock has several times although the flake itself has an input to share. */
export function duplicatesIn({ after }: FlakeUpdate): AdviceWords | undefined {
  const copies = [...after.inputs.values()].filter(isOwn).flatMap(copiesIn)
  const groups = Map.groupBy(copies, ({ key }) => key)
  const shares = topmost([...groups.values()].flatMap(sharesOf)).sort(byDepth)
  if (shares.length === 0) return undefined
  const keys = new Set(shares.map(({ copy }) => copy.key))
  const copied = [...groups].flatMap(([key, group]) => (keys.has(key) ? [group] : []))
  const times = copied.sort((a, b) => b.length - a.length).flatMap(timesOf)
  const these = shares.length > MAX_LINES ? `The first ${MAX_LINES} of ${shares.length} lines` : 'These lines'
  return {
    words: `The lock has ${listed(times)}. ${these} in flake.nix make inputs share this flake's own.`,
    lines: shares.slice(0, MAX_LINES).map(({ line }) => line),
  }
}

function copiesIn(input: OwnInput): readonly Copy[] {
  const place = knownPlaceOf(input.locked)
  if (place === undefined) return []
  // Flakes in two directories of one repository are two flakes.
  const key = JSON.stringify([place.web.toLowerCase(), input.locked.dir, input.isFlake])
  return [{ key, repository: `${place.owner}/${place.repo}`, input, names: namesIn(input.path) }]
}

function sharesOf(copies: readonly Copy[]): readonly Share[] {
  const roots = copies.filter(({ names }) => names.length === 1)
  return copies.flatMap((copy) => {
    const root = copy.names.length === 1 ? undefined : rootFor(copy, roots)
    const line = root && followsLine(copy.names, root.input.path)
    return line === undefined ? [] : [{ copy, line }]
  })
}

/** The one of the same branch, else of the same name, else the first. */
function rootFor({ input, names }: Copy, roots: readonly Copy[]): Copy | undefined {
  return (
    roots.find((root) => root.input.original.ref === input.original.ref) ??
    roots.find((root) => root.input.path === names.at(-1)) ??
    roots[0]
  )
}

/** What is below an input that will be shared goes away with it. */
function topmost(shares: readonly Share[]): Share[] {
  const paths = new Set(shares.map(({ copy }) => copy.input.path))
  return shares.filter(
    ({ copy: { names } }) => !names.some((_, at) => at > 0 && paths.has(inputPath(names.slice(0, at)))),
  )
}

function byDepth({ copy: a }: Share, { copy: b }: Share): number {
  return a.names.length - b.names.length
}

function timesOf(copies: readonly Copy[]): readonly string[] {
  return copies.slice(0, 1).map(({ repository }) => `${repository} ${copies.length} times`)
}
