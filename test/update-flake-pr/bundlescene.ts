/** The bundle as a step, with a GitHub and a checkout, and a program `nix` that writes the lock it was given. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { GitHubState } from '../support/github/state.ts'
import { fakeGitHub, type FakeGitHub } from '../support/github/server.ts'
import { startAction, type ActionRun, type RunningAction } from '../support/run-action.ts'
import { at, github as githubNode, lockText } from './locks.ts'

export const BRANCH = 'update-flake-lock'
export const JOB = 'ghs_tokenOfTheJob'
export const PERSONAL = 'ghp_tokenOfAlice'

type Texts = Readonly<Record<string, string>>

/** Inputs at revisions of this digit. */
export function lockAt(digit: string, names: readonly string[] = ['nixpkgs', 'disko']): string {
  const nodes = names.map((name) => [name, githubNode(`acme/${name}`, digit)] as const)
  return lockText(
    Object.fromEntries(names.map((name) => [name, name])),
    Object.fromEntries(
      nodes.map(([name, node]) => [
        name,
        { ...node, locked: { ...(node['locked'] as object), ...at(digit) } },
      ]),
    ),
  )
}

export interface BundleScene extends AsyncDisposable {
  readonly github: FakeGitHub
  readonly state: GitHubState
  readonly folder: string
  readonly workspace: string
  /** Of every step. */
  readonly env: Texts
  /** Files of the checkout, and of main. */
  push(files: Texts): void
  /** What `nix flake` does. */
  nix(script: string): void
  /** `nix` makes this of the lock. */
  lockBecomes(text: string): void
  start(inputs?: Texts, env?: Texts): RunningAction
  run(inputs?: Texts, env?: Texts): Promise<ActionRun>
  /** Requests since the last call. */
  asked(): readonly string[]
  branches(): readonly string[]
}

export async function bundleScene(): Promise<BundleScene> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-update-'))
  const github = await fakeGitHub()
  const { state } = github
  github.tokens.set(JOB, { login: 'github-actions[bot]' })
  github.tokens.set(PERSONAL, { login: 'alice' })
  const place = (path: string) => join(folder, path)
  for (const name of ['bin', 'home', 'checkout']) mkdirSync(place(name))
  const env = {
    ...{ PATH: `${place('bin')}:${process.env['PATH'] ?? ''}`, HOME: place('home'), NO_PROXY: '*' },
    ...{ GITHUB_API_URL: github.url, GITHUB_REPOSITORY: 'acme/infra', GITHUB_WORKSPACE: place('checkout') },
  }
  let seen = 0
  const scene: BundleScene = {
    ...{ github, state, folder, env, workspace: place('checkout') },
    push(files) {
      for (const [path, text] of Object.entries(files)) write(place(`checkout/${path}`), text)
      state.push('main', { files })
    },
    nix(script) {
      write(place('bin/nix'), `${PROGRAM}${script}\n`)
      chmodSync(place('bin/nix'), 0o755)
    },
    lockBecomes(text) {
      write(place('next.lock'), text)
      scene.nix(`cp '${place('next.lock')}' "$out"`)
    },
    start: (inputs = {}, more = {}) =>
      startAction(
        'update-flake-pr',
        { token: JOB, 'install-nix': 'never', ...inputs },
        { env: { ...env, ...more } },
      ),
    run: (inputs, more) => scene.start(inputs, more).finished,
    asked() {
      const asked = github.exchanges.slice(seen).map(({ method, path }) => `${method} ${path}`)
      seen = github.exchanges.length
      return asked
    },
    branches: () => [...state.refs.keys()].map((ref) => ref.replace('refs/heads/', '')).toSorted(),
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  scene.push({ 'flake.nix': '{ }\n', 'flake.lock': lockAt('1') })
  scene.lockBecomes(lockAt('2'))
  return scene
}

/** It answers what it is asked first, and knows where it shall write. */
const PROGRAM = `#!/bin/sh
case "$1" in
  --version) echo 'nix (Nix) 2.31.2'; exit ;;
  config) echo "$NIX_CONFIG"; exit ;;
esac
for word; do
  [ "$before" = --output-lock-file ] && out=$word
  before=$word
done
`

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
