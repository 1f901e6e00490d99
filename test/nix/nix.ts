/** A Nix with a store and a home of its own below a temporary directory: it reads and writes nothing of the machine's. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { must, run } from '../box/process.ts'
import type { Finished } from '../box/process.ts'
import { nixProgram } from './program.ts'
import type { NixProgram } from './program.ts'

const CONF = `
experimental-features = nix-command flakes
build-users-group =
sandbox = false
substituters =
flake-registry =
eval-cache = false
warn-dirty = false
allow-import-from-derivation = false
`

interface NixOptions {
  /** May it fetch what is not there? Default: no. */
  readonly isOnline?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

export interface Nix extends AsyncDisposable {
  readonly version: string
  /** For what else a test has to write; gone with the store. */
  readonly folder: string
  nix(args: readonly string[], options?: NixOptions): Promise<Finished>
  instantiate(args: readonly string[]): Promise<Finished>
  /** The value of an expression that needs no flake. */
  value(expression: string): Promise<unknown>
}

/** `fetched`: the folder to keep in what is fetched, for the next run. */
export async function privateNix(fetched?: string): Promise<Nix> {
  const program = await nixProgram()
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-nix-'))
  const environment = environmentBelow(folder, fetched)
  const start = (argv: readonly string[], { env = {}, timeoutMs = 120_000 }: NixOptions = {}) =>
    run(argv, { env: { ...environment, ...env }, timeoutMs })
  return {
    version: program.version,
    folder,
    nix: (args, options = {}) => start(nixArgv(program, args, options), options),
    instantiate: (args) => start([...program.argv('nix-instantiate'), ...args]),
    async value(expression) {
      const argv = nixArgv(program, ['eval', '--json', '--impure', '--expr', expression], {})
      return JSON.parse(await must(argv, { env: environment })) as unknown
    },
    async [Symbol.asyncDispose]() {
      await Promise.resolve()
      removeStore(folder)
    },
  }
}

function nixArgv({ argv }: NixProgram, args: readonly string[], { isOnline }: NixOptions): readonly string[] {
  return [...argv('nix'), ...(isOnline === true ? [] : ['--offline']), ...args]
}

function environmentBelow(folder: string, fetched: string | undefined): NodeJS.ProcessEnv {
  const conf = join(folder, 'conf')
  const home = join(folder, 'home')
  for (const place of [conf, home]) mkdirSync(place)
  writeFileSync(join(conf, 'nix.conf'), `${CONF}store = local?root=${join(folder, 'root')}\n`)
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('NIX_'))
  return {
    ...Object.fromEntries(inherited),
    NIX_PATH: '',
    NIX_USER_CONF_FILES: '',
    NIX_CONF_DIR: conf,
    HOME: home,
    XDG_CACHE_HOME: fetched ?? home,
  }
}

/** What is in a store is read-only; what is to be removed must not be. */
function removeStore(folder: string): void {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const entry of below) if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700)
  rmSync(folder, { recursive: true, force: true })
}
