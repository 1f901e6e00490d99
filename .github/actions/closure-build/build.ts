/** Builds one NixOS system. It is given no key: what a flake says is evaluated here. */
import { ActionError } from '../../../actions/shared/errors.ts'
import { parseObject, textIn } from '../../../actions/shared/json.ts'
import type { ReadInput } from '../../../actions/shared/ports.ts'
import type { RunnerLog } from '../../../actions/shared/runnerlog.ts'
import { parseConfiguration } from '../build-plan/plan.ts'
import { outputOf } from './program.ts'

export interface Wanted {
  readonly name: string
  readonly system: string
  /** As nix takes a folder: `./nix`. */
  readonly flake: string
  /** Settings of nix, a line each. */
  readonly settings: string
}

const FOLDER = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/
export const STORE_PATH = /^\/nix\/store\/[0-9a-z]{32}-[\w+.?=-]+$/
const DERIVATION = /^\/nix\/store\/[0-9a-z]{32}-[\w+.?=-]+\.drv$/

export function wantedOf(read: ReadInput): Wanted {
  const { name, system } = parseConfiguration(`${read('configuration')} ${read('system')}`, '')
  const folder = read('flake').replace(/^\.\/|\/$/g, '') || '.'
  if (folder !== '.' && !FOLDER.test(folder))
    throw new ActionError(
      `'flake' is '${read('flake')}', expected a folder of the repository, such as 'nix'.`,
    )
  return { name, system, flake: folder === '.' ? '.' : `./${folder}`, settings: settingsOf(read) }
}

/** @param workspace where the repository is checked out */
export async function built(wanted: Wanted, workspace: string, log: RunnerLog): Promise<string> {
  const { name, system, flake, settings } = wanted
  const nix = (args: readonly string[], failure: string) =>
    outputOf(
      { argv: ['nix', ...FEATURES, ...args], cwd: workspace, env: { NIX_CONFIG: settings }, failure },
      log,
    )

  log.info(`Evaluating ${name} for ${system} …`)
  const attribute = `${flake}#nixosConfigurations."${name}".config.system.build.toplevel`
  const apply = 'top: { inherit (top) drvPath system; }'
  const evaluated = parseObject(
    await nix(
      ['eval', '--json', '--apply', apply, attribute],
      `Configuration '${name}' could not be evaluated`,
    ),
  )
  const [derivation, its] = [textIn(evaluated?.['drvPath']), textIn(evaluated?.['system'])]
  if (its !== system)
    throw new ActionError(`Configuration '${name}' is for ${its}, and was to be built for ${system}.`, {
      hint: `Write '${name} ${its}' in 'configurations', so that it gets the runner it needs.`,
    })
  // It is what the flake says, and becomes an argument of nix.
  if (!DERIVATION.test(derivation))
    throw new ActionError(`Configuration '${name}' is '${derivation}', expected a derivation of the store.`)
  log.info(`Building ${derivation} …`)
  const build = ['build', '--no-link', '--print-out-paths', '--print-build-logs', `${derivation}^out`]
  const path = (await nix(build, `Configuration '${name}' could not be built`)).trim()
  if (!STORE_PATH.test(path))
    throw new ActionError(`nix says that it built '${path}', expected one store path.`)
  return path
}

export const FEATURES = ['--extra-experimental-features', 'nix-command flakes']

/** What is in the caches already is not built again; tokens are for private inputs. */
function settingsOf(read: ReadInput): string {
  const caches = linesOf(read('caches')).map((line) => line.split(/\s+/))
  const tokens = linesOf(read('access-tokens'))
  const settings: readonly (readonly [string, readonly string[]])[] = [
    ['extra-substituters', caches.flatMap(([url = '']) => url)],
    ['extra-trusted-public-keys', caches.flatMap(([, ...keys]) => keys)],
    ['extra-access-tokens', tokens],
  ]
  const given = settings.filter(([, values]) => values.length > 0)
  return given.map(([name, values]) => `${name} = ${values.join(' ')}\n`).join('')
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
