import { join } from 'node:path'
import { formatDuration } from '../shared/duration.ts'
import { ActionError } from '../shared/errors.ts'
import type { Finished, Scratch } from '../shared/ports.ts'
import type { AccessToken } from './accesstokens.ts'
import { orProblem } from './forges.ts'
import { parseLock } from './lock.ts'
import { machinesTokens, nixConfigOf, tokensFor, type OwnTokens } from './nixconfig.ts'
import type { Syntax } from './nixversion.ts'
import { cleaned, nixWords } from './nixwords.ts'
import { argumentsOf, type Plan } from './plan.ts'
import type { Nix, World } from './world.ts'

export type EngineWorld = Pick<World, 'run' | 'files' | 'log' | 'cancel' | 'nixConfig' | 'serverUrl'>

export interface RunnableNix extends Nix {
  readonly syntax: Syntax
}

/** A Nix that is ready to run: what it is told by its environment, and what it must not tell. */
export interface ReadyNix {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly syntax: Syntax
  readonly secrets: readonly string[]
}

const RUN_MS = 600_000
const SHOW_MS = 60_000
/** Of what it says; the end counts. */
const MAX_BYTES = 262_144

/** Tokens go through the environment, and each to its host alone. */
export async function readyNix(nix: RunnableNix, own: OwnTokens, world: EngineWorld): Promise<ReadyNix> {
  const existing = [world.nixConfig, nix.env['NIX_CONFIG'] ?? ''].filter((text) => text !== '').join('\n')
  const { host: serverHost } = new URL(world.serverUrl)
  // Only who names a host has to know what it would have had: a run of Nix less for all others.
  const isNamed = own.accessTokens.length > 0
  const plain = environmentOf(nix, nixConfigOf({ tokens: [], setting: 'access-tokens' }, existing))
  const machines = isNamed ? await tokensOfMachine({ ...nix, env: plain }, world) : []
  const tokens = tokensFor(own, { serverHost, machines })
  const setting = isNamed ? 'access-tokens' : 'extra-access-tokens'
  return {
    argv: nix.argv,
    env: environmentOf(nix, nixConfigOf({ tokens, setting }, existing)),
    syntax: nix.syntax,
    secrets: tokens.flatMap(secretsIn),
  }
}

function environmentOf(nix: Nix, config: string): Readonly<Record<string, string>> {
  // Nobody is there to answer, and what git says is read here.
  return { ...nix.env, NIX_CONFIG: config, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', NO_COLOR: '1' }
}

/** What GitLab's say of their kind is no secret. */
function secretsIn({ token }: AccessToken): readonly string[] {
  return [token, token.replace(/^\w+:/, '')]
}

/** The command has been called `nix show-config` before 2.20. */
async function tokensOfMachine({ argv, env }: Nix, world: EngineWorld): Promise<readonly AccessToken[]> {
  const options = { timeoutMs: SHOW_MS, env, signal: world.cancel }
  const shown = await world.run([...argv, 'config', 'show'], options)
  if (shown?.code === 0) return machinesTokens(shown.stdout)
  const older = await world.run([...argv, 'show-config'], options)
  if (older?.code === 0) return machinesTokens(older.stdout)
  const words = nixWords((shown ?? older)?.stderr ?? '', [])
  throw new ActionError(`nix does not start, or cannot tell how it is configured: ${words}.`)
}

export interface LockRun {
  readonly plan: Plan
  /** Of the flake. */
  readonly directory: string
  readonly scratch: Scratch
  /** Names in `scratch`: what it writes, and what it begins with, `undefined` = the lock of the checkout. */
  readonly output: string
  readonly reference?: string
}

/** The lock that comes of it, or why there is none. */
export type LockResult = { readonly text: string; readonly output: string } | { readonly problem: string }

/** Runs Nix once; it writes nothing below the checkout. */
export async function lockWith(nix: ReadyNix, lockRun: LockRun, world: EngineWorld): Promise<LockResult> {
  const { plan, directory, scratch, output, reference } = lockRun
  const from = reference === undefined ? [] : ['--reference-lock-file', join(scratch.path, reference)]
  const to = ['--output-lock-file', join(scratch.path, output)]
  const argv = [...nix.argv, ...argumentsOf(plan, nix.syntax), ...from, ...to]
  const place = { cwd: directory, env: nix.env, signal: world.cancel }
  const finished = await world.run(argv, { ...place, timeoutMs: RUN_MS, maxBytes: MAX_BYTES })
  if (finished === undefined) return { problem: `there is no program ${nix.argv.join(' ')} any more` }
  if (finished.code !== 0) world.log.host(`${cleaned(finished.stderr, nix.secrets)}\n`)
  const problem = problemOf(finished, nix.secrets)
  if (problem !== undefined) return { problem }
  return writtenIn(scratch, output, world)
}

/** An input may bring so much that nobody reads the lock: its own failure, and no end for the others. */
async function writtenIn(scratch: Scratch, output: string, world: EngineWorld): Promise<LockResult> {
  const written = await orProblem(async () => {
    const text = await scratch.read(output)
    if (text === undefined) return { problem: 'nix wrote no lock' }
    parseLock(text, 'its lock')
    return { text, output }
  }, world)
  return 'problem' in written ? { problem: written.problem.replace(/\.$/, '') } : written
}

function problemOf({ code, stderr }: Finished, secrets: readonly string[]): string | undefined {
  if (code === null) return `nix was killed, or did not end within ${formatDuration(RUN_MS)}`
  if (code !== 0) return nixWords(stderr, secrets)
  const stale = staleWords(stderr)
  return stale && nixWords(stale, secrets)
}

/**
 * Nix takes what it has in its cache where a host does not answer, and calls that a success; where git fetches, it says
 * nothing of it, but git does.
 */
const STALE = [
  // A warning may have what the host answered, some lines of it.
  /^warning: (?:(?!\nwarning: )[^])*?(?:; using cached version|; continuing with the most recent version|; using expired cached ref)/m,
  /^fatal: .*(?:remote|unable to|not found|not appear|Authentication failed|could not read (?:User|Pass)).*/m,
]

function staleWords(stderr: string): string | undefined {
  const said = STALE.map((pattern) => pattern.exec(stderr)?.[0]).find((text) => text !== undefined)
  return said?.replace(/^warning: (?:error: )?/, 'error: ')
}
