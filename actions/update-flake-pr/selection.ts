import { parseWith } from '../shared/inputs.ts'
import { ActionError } from '../shared/errors.ts'
import { nearMisses } from '../shared/nearmiss.ts'
import type { LockedInput } from './facts.ts'
import { matches, matchesAny } from './glob.ts'
import type { Chosen } from './groups.ts'
import type { Selection } from './inputs.ts'
import { rootInputs } from './lock.ts'
import type { FlakeSource } from './sources.ts'

/** More of them say no more. */
const MAX_LISTED = 50

/**
 * The root inputs to update, for each flake; those that follow another move with it, and are none of them. `exempt` are
 * the globs of `cooldown-exempt`, which choose nothing and can be misspelled as well.
 * @throws ActionError if a glob matches no input of any flake, or if nothing is left
 */
export function selectInputs(
  sources: readonly FlakeSource[],
  { include, exclude }: Selection,
  exempt: readonly string[] = [],
): Chosen {
  const inputs = sources.flatMap(({ lock }) => rootInputs(lock))
  checkGlobs(inputs, { inputs: include, exclude, 'cooldown-exempt': exempt })
  const isChosen = (name: string): boolean =>
    (include.length === 0 || matchesAny(include, name)) && !matchesAny(exclude, name)
  const chosen = new Map(
    sources.map(({ flake, lock }) => [flake, ownNames(rootInputs(lock)).filter(isChosen)]),
  )
  if ([...chosen.values()].every((names) => names.length === 0)) throw nothingLeft(inputs)
  return chosen
}

function ownNames(inputs: readonly LockedInput[]): readonly string[] {
  return inputs.filter(({ follows }) => follows === undefined).map(({ path }) => path)
}

function checkGlobs(
  inputs: readonly LockedInput[],
  globs: Readonly<Record<string, readonly string[]>>,
): void {
  const names = ownNames(inputs)
  // It is only to collect what is wrong: nothing is read.
  parseWith(String, (reader) => {
    for (const [input, patterns] of Object.entries(globs))
      for (const glob of patterns)
        if (!names.some((name) => matches(glob, name)))
          reader.problem(`'${input}' names '${glob}', ${whyNot(glob, inputs)}`)
  })
}

/** Why it matches nothing that can be updated. */
function whyNot(glob: string, inputs: readonly LockedInput[]): string {
  for (const { path, follows } of inputs)
    if (follows !== undefined && matches(glob, path)) {
      const target = follows === '' ? 'the flake itself' : `'${follows}'`
      return `and '${path}' follows ${target}: it moves when that does, and never alone`
    }
  const names = ownNames(inputs)
  const near = nearMisses(glob, names).map((name) => `'${name}'`)
  const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`
  return `and no flake has such an input.${meant} ${inventory(names)}`
}

function inventory(all: readonly string[]): string {
  const names = [...new Set(all)].sort()
  if (names.length === 0) return 'There are none'
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : ''
  return `There are ${names.slice(0, MAX_LISTED).join(', ')}${more}`
}

function nothingLeft(inputs: readonly LockedInput[]): ActionError {
  const names = ownNames(inputs)
  if (names.length === 0) return new ActionError('None of the flakes has an input that could be updated.')
  return new ActionError(`'inputs' and 'exclude' leave no input to update. ${inventory(names)}.`)
}
