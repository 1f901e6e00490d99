/**
 * A repository with flakes for update-flake-pr to look after: a checkout, a real Nix, a GitHub that has the same files,
 * and the repositories of the inputs on that GitHub, where Nix finds them under GitHub's own names.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { must } from '../box/process.ts'
import { nixProgram } from '../nix/program.ts'
import { fakeHosts, type FakeHosts, type HostAnswer, type HostRequest } from './fakehosts.ts'
import { fakeGitHub, type FakeGitHub } from './github/server.ts'
import { startAction, type ActionRun, type RunningAction, type RunOptions } from './run-action.ts'

const NAME = 'acme/infra'
const CONF = `experimental-features = nix-command flakes
build-users-group =
sandbox = false
substituters =
flake-registry =
`

type Files = Readonly<Record<string, string>>

export interface FlakeStage extends AsyncDisposable {
  readonly github: FakeGitHub
  readonly hosts: FakeHosts
  readonly workspace: string
  /** Everything of it is below; for what else a test has to write. */
  readonly folder: string
  /** Of every step. */
  readonly env: Readonly<Record<string, string>>
  /** A commit on the default branch of an input's repository, which the first one makes. */
  upstream(name: string, message: string, files?: Files): string
  /** Files of the checkout; the flakes in these folders are locked, and all of it is on main. */
  push(files: Files, flakes?: readonly string[]): Promise<void>
  /** Of the checkout alone. */
  write(path: string, text: string): void
  /** Nix in the checkout, or below it. */
  nix(args: readonly string[], folder?: string): Promise<string>
  read(path: string): string
  start(inputs?: Files, options?: RunOptions): RunningAction
  run(inputs?: Files, options?: RunOptions): Promise<ActionRun>
}

export async function flakeStage(): Promise<FlakeStage> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-flakes-'))
  const workspace = join(folder, 'checkout')
  await writeNix(folder)
  const github = await fakeGitHub()
  github.state.name = NAME
  const hosts = await fakeHosts(['github.com', 'api.github.com'], (asked) => answerFor(github, asked))
  const env = {
    ...hosts.env,
    ...{ no_proxy: '127.0.0.1', PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
    ...{ HOME: join(folder, 'home'), XDG_CACHE_HOME: join(folder, 'home'), NIX_PATH: '' },
    ...{ NIX_CONF_DIR: join(folder, 'conf'), NIX_USER_CONF_FILES: '' },
    ...{ GITHUB_API_URL: github.url, GITHUB_REPOSITORY: NAME, GITHUB_WORKSPACE: workspace },
  }
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', workspace, ...args], { encoding: 'utf8', stdio: 'pipe' })
  git('init', '-q', '-b', 'main')
  const nix = (args: readonly string[], below = '.'): Promise<string> =>
    must(['env', '-C', join(workspace, below), 'nix', ...args], { env: { ...process.env, ...env } })
  const read = (path: string): string => readFileSync(join(workspace, path), 'utf8')
  const start = (inputs: Files = {}, options: RunOptions = {}): RunningAction =>
    startAction(
      'update-flake-pr',
      { token: 'secret', ...inputs },
      { ...options, env: { ...env, ...options.env } },
    )
  return {
    ...{ github, hosts, workspace, folder, env, nix, read, start },
    write: (path, text) => {
      write(join(workspace, path), text)
    },
    upstream(name, message, files = {}) {
      const repository = github.state.repository(name)
      const isNew = repository.branch('main') === undefined
      const beginning: Files = isNew ? { 'flake.nix': '{ outputs = _: { }; }\n' } : {}
      return repository.push('main', { message, files: { ...beginning, ...files } })
    },
    async push(files, flakes = ['.']) {
      for (const [path, text] of Object.entries(files)) write(join(workspace, path), text)
      git('add', '--all')
      for (const flake of flakes) await nix(['flake', 'lock'], flake)
      git('add', '--all')
      git(
        '-c',
        'user.name=Ann',
        '-c',
        'user.email=ann@example.com',
        'commit',
        '-q',
        '--allow-empty',
        '-m',
        'change',
      )
      const tracked = git('ls-files').trim().split('\n')
      github.state.push('main', { files: Object.fromEntries(tracked.map((path) => [path, read(path)])) })
    },
    run: (inputs, options) => start(inputs, options).finished,
    async [Symbol.asyncDispose]() {
      await hosts[Symbol.asyncDispose]()
      removeStore(folder)
      await github[Symbol.asyncDispose]()
    },
  }
}

/** On PATH, with a store of its own. */
async function writeNix(folder: string): Promise<void> {
  const { argv } = await nixProgram()
  for (const place of ['bin', 'conf', 'home', 'checkout']) mkdirSync(join(folder, place))
  write(join(folder, 'conf', 'nix.conf'), `${CONF}store = local?root=${join(folder, 'root')}\n`)
  write(join(folder, 'bin', 'nix'), `#!/bin/sh\nexec ${argv('nix').join(' ')} "$@"\n`)
  chmodSync(join(folder, 'bin', 'nix'), 0o755)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** What Nix asks of GitHub: the commit that a branch is at, and the files of a commit. */
function answerFor({ state }: FakeGitHub, { path }: HostRequest): HostAnswer {
  const [, name = '', kind, rest = ''] =
    /^(?:\/repos)?\/([^/]+\/[^/]+)\/(commits|tarball|archive)\/(.+?)(?:\.tar\.gz)?$/.exec(path) ?? []
  const repository = state.others.get(name.toLowerCase())
  const commit = repository?.resolve(decodeURIComponent(rest))
  if (repository === undefined || commit === undefined)
    return { status: 404, body: '{"message":"Not Found"}' }
  if (kind === 'commits')
    return { status: 200, body: JSON.stringify({ sha: commit.oid, commit: { tree: { sha: commit.tree } } }) }
  const files = [...repository.filesAt(commit.oid).keys()].map(
    (file) => [file, repository.textAt(commit.oid, file) ?? ''] as const,
  )
  return {
    status: 200,
    headers: { 'content-type': 'application/x-gzip' },
    body: tarball(files, commit.author.date),
  }
}

/** With one folder around everything, as GitHub's have. */
function tarball(files: readonly (readonly [string, string])[], date: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-tarball-'))
  try {
    for (const [path, text] of files) write(join(folder, 'source', path), text)
    return execFileSync('tar', ['-cz', `--mtime=${date}`, '-C', folder, 'source'])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What is in a store is read-only; what is to be removed must not be. */
function removeStore(folder: string): void {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const entry of below) if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700)
  rmSync(folder, { recursive: true, force: true })
}
