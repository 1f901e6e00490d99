import { ActionError } from '../shared/errors.ts'
import type { Scratch } from '../shared/ports.ts'
import type { Inputs } from './inputs.ts'
import { parseNixVersion, syntaxOf, type NixVersion, type Syntax } from './nixversion.ts'
import type { Nix, World } from './world.ts'

/** Disposing it removes the store that an installed one has for itself. */
export interface FoundNix extends Nix, AsyncDisposable {
  readonly version: NixVersion
  readonly syntax: Syntax
}

type Asked = Pick<Inputs, 'installNix' | 'release'>
type NixWorld = Pick<World, 'run' | 'files' | 'installNix' | 'log' | 'cancel'>

const ANSWER_MS = 60_000

/** What `nix --version` says: a version with the command line it understands, or why there is no use in it. */
type Judged =
  | { readonly kind: 'usable'; readonly version: NixVersion; readonly syntax: Syntax; readonly words: string }
  | { readonly kind: 'useless'; readonly words: string }

/** The Nix of PATH if it is at least 2.19; else one that is installed, unless `install-nix` forbids that. */
export async function findNix(asked: Asked, world: NixWorld): Promise<FoundNix> {
  const nix: Nix = { argv: ['nix'], env: {} }
  const present = await judged(nix, world)
  if (present.kind === 'usable' && (present.syntax === 'positional' || asked.installNix === 'never'))
    return found(nix, present, { [Symbol.asyncDispose]: () => Promise.resolve() })
  if (asked.installNix === 'never')
    throw new ActionError(`${present.words}, and 'install-nix' is 'never'.`, {
      hint: "At least Nix 2.15 is needed, better 2.19: install it in a step before this one, or set 'install-nix' to 'if-missing'.",
    })
  world.log.info(`${present.words}: a release of Nix is used that needs no installation.`)
  return installed(asked, world)
}

async function installed({ release }: Asked, world: NixWorld): Promise<FoundNix> {
  const program = await world.installNix(release, world.cancel)
  const scratch = await world.files.scratch()
  try {
    const nix = { ...program, env: { ...program.env, ...privateStore(scratch) } }
    const judgment = await judged(nix, world)
    if (judgment.kind === 'usable') return found(nix, judgment, scratch)
    throw new ActionError(`The Nix that was installed is of no use: ${judgment.words}.`, {
      hint: 'Install Nix in a step before this one.',
    })
  } catch (error) {
    await scratch[Symbol.asyncDispose]()
    throw error
  }
}

function found(nix: Nix, { version, syntax }: Usable, store: AsyncDisposable): FoundNix {
  return { ...nix, version, syntax, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
}

type Usable = Extract<Judged, { kind: 'usable' }>

/** Everything that Nix would have in /nix and /etc/nix. */
function privateStore({ path }: Scratch): Readonly<Record<string, string>> {
  return {
    NIX_REMOTE: `local?root=${encodeURIComponent(path)}`,
    NIX_STATE_DIR: `${path}/state`,
    NIX_LOG_DIR: `${path}/log`,
    NIX_CONF_DIR: `${path}/conf`,
  }
}

async function judged({ argv, env }: Nix, { run, cancel }: NixWorld): Promise<Judged> {
  const finished = await run([...argv, '--version'], { timeoutMs: ANSWER_MS, signal: cancel, env })
  if (finished === undefined) return useless('There is no Nix on PATH')
  const said = lineOf(finished.stdout) || lineOf(finished.stderr)
  if (finished.code !== 0) return useless(`'nix --version' fails: ${said || 'it says nothing'}`)
  const version = parseNixVersion(finished.stdout)
  if (version === undefined) return useless(`'nix --version' says '${said}', which is no version of Nix`)
  const syntax = syntaxOf(version)
  if (syntax === undefined) return useless(`${version.name} is too old`)
  return { kind: 'usable', version, syntax, words: `${version.name} is old` }
}

function useless(words: string): Judged {
  return { kind: 'useless', words }
}

/** Nix quotes a line of its configuration that it does not understand, and any may hold a token. */
function lineOf(text: string): string {
  return text
    .trim()
    .replace(/\n[^]*$/, '')
    .replace(/(?<=configuration line ').*(?=' in ')/, '…')
    .slice(0, 200)
}
