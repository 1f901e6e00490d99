/** What the runners built, as one list. */
import { ActionError } from '../../../actions/shared/errors.ts'
import { STORE_PATH } from '../closure-build/build.ts'

/**
 * @param names of all that were to be built
 * @param found lines "NAME=PATH", one of each that was
 * @returns the lines in the order of the names
 */
export function joined(names: readonly string[], found: readonly string[]): string {
  const lines = names.map((name) => found.filter((line) => line.startsWith(`${name}=`)))
  const missing = names.filter((_, at) => lines[at]?.length !== 1)
  if (missing.length > 0)
    throw new ActionError(
      `There is no one store path of ${missing.join(', ')}: not everything was built and pushed.`,
      {
        hint: 'The jobs of these say why. What the others built is in the cache, and is not built again by a re-run.',
      },
    )
  const bad = lines.flat().find((line) => !STORE_PATH.test(line.slice(line.indexOf('=') + 1)))
  if (bad !== undefined) throw new ActionError(`'${bad}' is no store path of a configuration.`)
  return lines.flat().join('\n')
}
