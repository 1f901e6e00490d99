/** The whole story at fake time: a fake GitHub over HTTP, a fake Nix, and a checkout that is really there. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { filesBelow } from '../../actions/shared/adapters/files.ts'
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import { parseInstant } from '../../actions/shared/instant.ts'
import type { Fetch, GitHubRequest } from '../../actions/shared/ports.ts'
import { stateIn } from '../../actions/update-flake-pr/state.ts'
import { updateFlakes } from '../../actions/update-flake-pr/update.ts'
import {
  countingRandom,
  FakeClock,
  reading,
  RecordingLog,
  RecordingOutputs,
  RecordingSummary,
} from '../support/fakes.ts'
import type { RepositoryState } from '../support/github/repository.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { FakeNix } from './fakenix.ts'
import { inputsWith } from './given.ts'
import { at, github, lockText } from './locks.ts'

export const BRANCH = 'update-flake-lock'
export const JOB = 'ghs_job'
export const APP = 'ghs_app'
export const PERSONAL = 'ghp_personal'

/** Two inputs, at revisions of ones. */
export const LOCK = lockText(
  { nixpkgs: 'nixpkgs', disko: 'disko' },
  { nixpkgs: github('NixOS/nixpkgs/nixos-unstable', '1'), disko: github('nix-community/disko', '1') },
)

export interface Ended {
  readonly error: ActionError | undefined
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  readonly log: RecordingLog
  /** Requests of this run alone. */
  readonly asked: readonly string[]
}

let count = 0

export class StoryScene implements Disposable {
  readonly state: RepositoryState
  readonly nix = new FakeNix()
  readonly clock = new FakeClock()
  readonly workspace = mkdtempSync(join(tmpdir(), 'nix-vps-checkout-'))
  readonly canceling = new AbortController()
  readonly github: FakeGitHub
  /** Of what is asked by fetch alone. */
  readonly fetched: string[] = []
  /** Between the requests, others may act. */
  before: (route: string) => void = () => undefined
  readonly #asked: string[] = []

  /** A repository of its own on a GitHub that all tests of a file share, for its client reads the address once. */
  constructor(github: FakeGitHub, files: Readonly<Record<string, string>> = {}) {
    this.github = github
    github.disturb = () => undefined
    github.remaining = 1_000
    this.state = github.state.repository(`acme/story-${++count}`)
    this.allow(JOB, 'github-actions[bot]')
    this.allow(APP, 'acme-updater[bot]')
    this.allow(PERSONAL, 'alice')
    this.push({ 'flake.nix': '{ }\n', 'flake.lock': LOCK, 'README.md': 'Hello\n', ...files })
    for (const name of ['NixOS/nixpkgs', 'nix-community/disko']) github.state.repository(name)
    this.nix.newest.set('nixpkgs', at('2')).set('disko', at('2'))
  }

  allow(token: string, login: string, permissions?: readonly string[]): void {
    const some = permissions === undefined ? {} : { permissions }
    this.github.tokens.set(token, { login, repositories: [this.state.name], ...some })
  }

  /** Somebody pushes to main, and it is checked out. */
  push(files: Readonly<Record<string, string>>): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.workspace, path)), { recursive: true })
      writeFileSync(join(this.workspace, path), text)
    }
    return this.state.push('main', { files })
  }

  async run(given: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const [log, outputs, summary] = [new RecordingLog(), new RecordingOutputs(), new RecordingSummary()]
    this.#asked.length = 0
    const error = await failureOf(
      updateFlakes(reading(inputsWith({ token: JOB, ...given })), {
        ...{ run: this.nix.run, fetch: this.#fetch, githubWith: (token) => this.#githubWith(token) },
        files: filesBelow(this.workspace),
        installNix: async () => {
          throw new ActionError('There is no network to install Nix from.')
        },
        ...{ clock: this.clock, log, outputs, summary, random: countingRandom(), nixConfig: '' },
        cancel: this.canceling.signal,
        repository: { owner: 'acme', repo: this.state.name.slice('acme/'.length) },
        runUrl: 'https://github.com/acme/infra/actions/runs/1',
        ...{ workspace: this.workspace, serverUrl: 'https://github.com', apiUrl: 'https://api.github.com' },
        epochMs:
          parseInstant('2026-01-31T12:00:00Z') - parseInstant('1970-01-01T00:00:00Z') - this.clock.now(),
      }),
    )
    return { error, outputs: outputs.values, summary: summary.markdown, log, asked: [...this.#asked] }
  }

  get pulls() {
    return this.state.pulls
  }

  /** The last pull request. */
  get pull() {
    const pull = this.state.pulls.at(-1)
    if (pull === undefined) throw new Error('There is no pull request.')
    return pull
  }

  /** What a branch has of an input's revision, its first digit. */
  revOn(branch: string, input: string, path = 'flake.lock'): string | undefined {
    const text = this.state.textAt(branch, path)
    if (text === undefined) return undefined
    const { nodes } = JSON.parse(text) as { nodes: Record<string, { locked?: { rev?: string } }> }
    return nodes[input]?.locked?.rev?.[0]
  }

  remembered(number = this.pull.number) {
    return stateIn(this.state.pulls.find((pull) => pull.number === number)?.body ?? '')
  }

  checkedOut(path: string): string {
    return readFileSync(join(this.workspace, path), 'utf8')
  }

  [Symbol.dispose](): void {
    rmSync(this.workspace, { recursive: true, force: true })
    this.github.verify()
  }

  #fetch: Fetch = async (url) => {
    this.fetched.push(url)
    throw new ActionError(`getaddrinfo ENOTFOUND ${url}`)
  }

  #githubWith(token: string): GitHubRequest {
    const request = githubRequest(token)
    return (route, parameters, options) => {
      this.#asked.push(route)
      this.before(route)
      return request(route, parameters, options)
    }
  }
}

async function failureOf(work: Promise<void>): Promise<ActionError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
}
