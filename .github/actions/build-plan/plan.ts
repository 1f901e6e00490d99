/** Which configuration is built on which runner, and whether what is built may be signed. */
import { ActionError } from '../../../actions/shared/errors.ts'
import type { ReadInput } from '../../../actions/shared/ports.ts'

export interface Configuration {
  readonly name: string
  readonly system: string
}

export interface Plan {
  readonly builds: readonly (Configuration & { readonly runner: string })[]
  /** Whether the runs of this event sign and push. */
  readonly pushes: boolean
}

const RUNNERS: Readonly<Record<string, string>> = {
  'x86_64-linux': 'ubuntu-24.04',
  'aarch64-linux': 'ubuntu-24.04-arm',
}
const NAME = /^[A-Za-z_][\w'.-]{0,99}$/
/** What is built then was put there by somebody who may push. */
const PUSHING = ['push', 'schedule', 'workflow_dispatch']
const BUILDING = ['pull_request', 'merge_group']
/** https://docs.github.com/en/actions/reference/limits */
const MAX_MATRIX = 256

export function parseConfiguration(line: string, fallback: string): Configuration {
  const [name = '', system = fallback, ...more] = line.trim().split(/\s+/)
  if (!NAME.test(name) || more.length > 0)
    throw new ActionError(
      `'configurations' has '${line.trim()}', expected "NAME" or "NAME SYSTEM", NAME as in nixosConfigurations.`,
    )
  if (RUNNERS[system] === undefined)
    throw new ActionError(
      `Configuration '${name}' is for '${system}', expected one of ${Object.keys(RUNNERS).join(', ')}.`,
    )
  return { name, system }
}

/** @param event the name of the event that started the run */
export function planOf(read: ReadInput, event: string): Plan {
  const pushes = PUSHING.includes(event)
  if (!pushes && !BUILDING.includes(event))
    throw new ActionError(
      `Nothing is built on ${event}: it runs with the repository's secrets whoever caused it.`,
      {
        hint: `What signs closures is for ${PUSHING.join(', ')}; pull requests are built on pull_request, and neither signed nor pushed.`,
      },
    )
  if (pushes) checkCache(read)
  const lines = read('configurations')
    .split(/[\r\n]/)
    .filter((line) => line.trim() !== '')
  const builds = lines.map((line) => parseConfiguration(line, read('system')))
  if (builds.length === 0)
    throw new ActionError('There is nothing to build.', {
      hint: "Set the repository's variable NIXOS_CONFIGURATIONS (names in nixosConfigurations, one a line), or give the input 'configurations'.",
    })
  if (builds.length > MAX_MATRIX)
    throw new ActionError(
      `There are ${builds.length} configurations, expected ${MAX_MATRIX} at most, which is what GitHub lets a job matrix have.`,
    )
  const twice = builds.find(
    ({ name }, at) => builds.findIndex((one) => one.name.toLowerCase() === name.toLowerCase()) < at,
  )
  if (twice !== undefined) throw new ActionError(`'configurations' has '${twice.name}' twice.`)
  return { pushes, builds: builds.map((one) => ({ ...one, runner: RUNNERS[one.system] ?? '' })) }
}

/** Where no environment could hold the key, it is missed before anything is built. */
function checkCache(read: ReadInput): void {
  const [cache, command] = [read('cache'), read('push-command')]
  if ((cache === '') === (command === ''))
    throw new ActionError(
      `${cache === '' ? "Neither 'cache' nor 'push-command' is given" : "'cache' and 'push-command' are both given"}, expected one of them.`,
      {
        hint: "'cache' is the address of a store that nix copies to; 'push-command' is for caches with a program of their own.",
      },
    )
  if (command === '' && read('environment') === '' && read('has-key') !== 'true')
    throw new ActionError('Secret CACHE_SIGNING_KEY is empty, and nothing is pushed unsigned.', {
      hint: "Make it by 'nix key generate-secret --key-name cache.example.org-1'. A workflow that calls this one passes it on by 'secrets: inherit' within one owner, else by its name.",
    })
}
