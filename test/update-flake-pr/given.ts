/** Inputs as a workflow gives them, with the manifest's defaults. */
import { parseInputs, type Inputs } from '../../actions/update-flake-pr/inputs.ts'
import { reading } from '../support/fakes.ts'
import { evaluated, manifestOf, type GitHubContext } from '../support/manifest.ts'

const PUSH: GitHubContext = {
  sha: '95a89711a27f35b705a53947abe90e28d440604f',
  event_name: 'schedule',
  token: 'ghs_secret',
}

export function inputsWith(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const defaults = Object.entries(manifestOf('update-flake-pr').inputs).map(
    ([name, { default: value = '' }]) => [name, evaluated(value, PUSH)] as const,
  )
  return { ...Object.fromEntries(defaults), ...given }
}

export function parsedInputs(given: Readonly<Record<string, string>> = {}): Inputs {
  return parseInputs(reading(inputsWith(given)))
}
