/** The engine of update-flake-pr with the real Nix: repositories to fetch from, and a checkout to update. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesBelow } from '../../actions/shared/adapters/files.ts'
import { runProgram } from '../../actions/shared/adapters/process.ts'
import type { Finished, RunOptions, RunProgram } from '../../actions/shared/ports.ts'
import { Engine } from '../../actions/update-flake-pr/engine.ts'
import type { Lock } from '../../actions/update-flake-pr/facts.ts'
import type { Syntax } from '../../actions/update-flake-pr/nixversion.ts'
import type { Computed, Plan } from '../../actions/update-flake-pr/plan.ts'
import { readSources, type FlakeSource } from '../../actions/update-flake-pr/sources.ts'
import { RecordingLog } from '../support/fakes.ts'
import type { AccessToken } from '../../actions/update-flake-pr/accesstokens.ts'
import { privateNix } from './nix.ts'
import { nixProgram } from './program.ts'

const program = await nixProgram()
export const nix = await privateNix()
/** Of the private Nix. */
const nixEnv = {
  ...{ NIX_PATH: '', NIX_USER_CONF_FILES: '', NIX_CONF_DIR: join(nix.folder, 'conf') },
  ...{ HOME: join(nix.folder, 'home'), XDG_CACHE_HOME: join(nix.folder, 'home') },
}

/** Outputs of flakes do not matter here. */
export const OUTPUTS = 'outputs = _: { };'

let commits = 0

export class Repository {
  readonly path = mkdtempSync(join(nix.folder, 'repository-'))

  constructor(files: Readonly<Record<string, string>> = { 'flake.nix': `{ ${OUTPUTS} }` }) {
    this.git('init', '-q', '-b', 'main')
    this.commit(files)
  }

  get url(): string {
    return `git+file://${this.path}`
  }

  git(...args: readonly string[]): string {
    const date = `@${1_700_000_000 + commits++ * 86_400} +0000`
    const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
    const who = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-C', this.path]
    return execFileSync('git', [...who, ...args], { env, encoding: 'utf8', stdio: 'pipe' }).trim()
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true })
      writeFileSync(join(this.path, name), text)
    }
  }

  /** As if it had never been there. */
  remove(): void {
    rmSync(this.path, { recursive: true })
  }

  /** Its rev. */
  commit(files: Readonly<Record<string, string>> = {}): string {
    this.write(files)
    this.git('add', '.')
    this.git('commit', '-q', '--allow-empty', '-m', 'change')
    return this.git('rev-parse', 'HEAD')
  }

  /** What `nix flake lock` makes of a flake in it, and a commit of that. */
  async lock(directory = '.'): Promise<void> {
    this.git('add', '.')
    await done(['flake', 'lock', '.'], join(this.path, directory))
    this.commit()
  }
}

export async function done(args: readonly string[], cwd: string): Promise<Finished> {
  const finished = await runProgram([...program.argv('nix'), ...args], {
    ...{ cwd, env: nixEnv, timeoutMs: 60_000 },
  })
  if (finished?.code !== 0) throw new Error(`nix ${args.join(' ')}: ${finished?.stderr ?? 'missing'}`)
  return finished
}

export function flakeWith(inputs: Readonly<Record<string, string>>, more = ''): string {
  const lines = Object.entries(inputs).map(([name, url]) => `  inputs.${name}.url = "${url}";\n`)
  return `{\n${more}${lines.join('')}  ${OUTPUTS}\n}\n`
}

/** A repository with a flake of these inputs, locked and committed. */
export async function flakeOf(inputs: Readonly<Record<string, string>>, more = ''): Promise<Repository> {
  const repository = new Repository({ 'flake.nix': flakeWith(inputs, more) })
  await repository.lock()
  return repository
}

interface EngineOptions {
  readonly syntax: Syntax
  readonly env: Readonly<Record<string, string>>
  readonly nixConfig: string
  readonly accessTokens: readonly AccessToken[]
  readonly token: string
  readonly serverUrl: string
  readonly cancel: AbortSignal
  readonly run: RunProgram
}

const USUAL: EngineOptions = {
  ...{ syntax: 'positional', env: {}, nixConfig: '', accessTokens: [], token: 'ghs_own' },
  ...{ serverUrl: 'https://github.com', cancel: new AbortController().signal, run: runProgram },
}

export interface Updated extends Computed {
  readonly source: FlakeSource
  /** What Nix was started with. */
  readonly runs: readonly (readonly string[])[]
  readonly log: RecordingLog
}

/** Updates a flake below a folder: all names of `update`, and those of `pins` to what they say. */
export async function updated(
  { path: workspace, flake = '.' }: { readonly path: string; readonly flake?: string },
  { update = [], pins = {} }: { readonly update?: string[]; readonly pins?: Record<string, string> },
  options: Partial<EngineOptions> = {},
): Promise<Updated> {
  const { run, env, syntax, ...rest } = { ...USUAL, ...options }
  const runs: (readonly string[])[] = []
  const world = {
    ...rest,
    log: new RecordingLog(),
    files: filesBelow(workspace),
    workspace,
    run: (argv: readonly string[], how: RunOptions) => {
      if (argv.includes('flake')) runs.push(argv.slice(program.argv('nix').length))
      return run(argv, how)
    },
  }
  const found = { argv: program.argv('nix'), env: { ...nixEnv, ...env }, syntax }
  const [source] = await readSources([flake], world)
  if (source === undefined) throw new Error('no source')
  const plan: Plan = { update, pins: new Map(Object.entries(pins)) }
  const computed = await new Engine(found, rest, world).update(source, plan)
  return { ...computed, source, runs, log: world.log }
}

/** What an input is locked to. */
export function revOf({ inputs }: Lock, path: string): string | undefined {
  return inputs.get(path)?.locked?.rev
}

/** When and how large everything below a folder is, git's own files included. */
export function stateOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, stats: statSync(join(folder, name), { bigint: true }) }))
    .map(({ name, stats }) => `${name} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.size}`)
    .sort()
}
