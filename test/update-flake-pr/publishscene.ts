/** Publishing against the fake GitHub, through GitHub's own client, at fake time. */
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { GitHubClient } from '../../actions/shared/github.ts'
import { evenCanceled, type Ask } from '../../actions/update-flake-pr/asking.ts'
import type { State, TokenFacts } from '../../actions/update-flake-pr/facts.ts'
import { publish } from '../../actions/update-flake-pr/publish.ts'
import type { Desired, Published, PublishWorld } from '../../actions/update-flake-pr/publishing.ts'
import { pullsOn, type Pull } from '../../actions/update-flake-pr/pulls.ts'
import { readRepository, type Repository } from '../../actions/update-flake-pr/repository.ts'
import { stateComment } from '../../actions/update-flake-pr/state.ts'
import { tokenFactsOf } from '../../actions/update-flake-pr/tokenfacts.ts'
import { countingRandom, FakeClock, RecordingLog } from '../support/fakes.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { GitHubState } from '../support/github/state.ts'

export const BRANCH = 'update-flake-lock'
export const FILES = { 'flake.nix': 'a flake\n', 'flake.lock': 'old lock\n', 'nix/flake.lock': 'old lock\n' }
export const LOCKS = ['flake.lock', 'nix/flake.lock']
export const TOKENS = { job: 'ghs_job', app: 'ghs_app', personal: 'ghp_personal' } as const

export type Fault =
  'hang' | 'cut' | { readonly status: number; readonly message?: string; readonly body?: object }

export interface Question {
  readonly route: string
  readonly parameters: Readonly<Record<string, unknown>>
}

const OPTIONS: Desired['options'] = {
  labels: [],
  people: { assignees: [], reviewers: [], teamReviewers: [] },
  isDraft: false,
  autoMerge: 'off',
  dispatchWorkflows: [],
  onEdited: 'keep',
}

class Scene {
  readonly github: FakeGitHub
  readonly state: GitHubState
  readonly clock = new FakeClock()
  readonly log = new RecordingLog()
  readonly asked: Question[] = []
  readonly base: string
  /** What goes wrong with a request; asked with how many were made before. */
  fault: (question: Question, count: number) => Fault | undefined = () => undefined
  token: string = TOKENS.job
  limitMs = 3_600_000
  readonly cancel = new AbortController()
  #world: PublishWorld | undefined

  /** All tests of a file share a server, for GitHub's client reads its address once; each has a new state on it. */
  constructor(github: FakeGitHub) {
    this.github = Object.assign(github, { state: new GitHubState(() => github.now()) })
    this.state = github.state
    this.base = this.state.push('main', { files: FILES })
    this.state.push('main', { files: { 'README.md': 'Hello\n' } })
    this.allow(TOKENS.job, 'github-actions[bot]')
    this.allow(TOKENS.app, 'acme-updater[bot]')
    this.allow(TOKENS.personal, 'alice')
    github.disturb = () => undefined
    github.remaining = 1_000
  }

  allow(token: string, login: string, permissions?: readonly string[]): void {
    const some = permissions === undefined ? {} : { permissions }
    this.github.tokens.set(token, { login, ...some })
  }

  get world(): PublishWorld {
    if (this.#world !== undefined) return this.#world
    const ask = this.#newAsk(this.cancel.signal)
    const last = this.#newAsk(new AbortController().signal)
    this.#world = {
      ask,
      askAtLast: evenCanceled({ ask, last }, this.cancel.signal),
      ...{ clock: this.clock, log: this.log, random: countingRandom(), cancel: this.cancel.signal },
    }
    return this.#world
  }

  /** Another run, which has so much time. */
  anew(limitMs: number): void {
    this.limitMs = limitMs
    this.#world = undefined
    this.asked.length = 0
  }

  get ask(): Ask {
    return this.world.ask
  }

  #newAsk(signal: AbortSignal): Ask {
    const { clock, log } = this
    const [owner = '', repo = ''] = this.state.name.toLowerCase().split('/')
    const request = githubRequest(this.token)
    const client = new GitHubClient({
      ...{ clock, log, random: countingRandom() },
      github: (route, parameters, options) => {
        const fault = this.fault({ route, parameters }, this.asked.length)
        this.asked.push({ route, parameters })
        this.github.disturb = () => disturbanceOf(fault)
        return request(route, parameters, fault === 'hang' ? { ...options, timeoutMs: 30 } : options)
      },
    })
    const patience = { deadline: deadlineIn(clock, this.limitMs), signal }
    return (route, parameters = {}, how) => {
      const whole = route === 'POST /graphql' ? parameters : { owner, repo, ...parameters }
      return client.ask({ route, parameters: whole, ...(how && { isOnce: true }) }, patience)
    }
  }

  repository(): Promise<Repository> {
    return readRepository(undefined, this.ask)
  }

  tokenFacts(): Promise<TokenFacts> {
    return tokenFactsOf(this.token, this.ask)
  }

  async desired(given: Partial<Omit<Desired, 'options'>> & { options?: Partial<Desired['options']> } = {}) {
    const repository = await this.repository()
    const desired: Desired = {
      ...{ branch: BRANCH, repository, token: await this.tokenFacts(), lockPaths: LOCKS },
      ...{ files: [{ path: 'flake.lock', content: 'new lock\n' }], title: 'Update' },
      ...{ open: undefined, merged: [] },
      message: 'flake.lock: update\n\nAll of it.\n',
      bodyFor: (headSha) => `What changes.\n\n${stateComment(stateOf(headSha))}\n`,
      ...given,
      options: { ...OPTIONS, ...given.options },
    }
    return desired
  }

  /** With the open pull request as it is now. */
  async publish(given: Parameters<Scene['desired']>[0] = {}): Promise<Published> {
    const desired = await this.desired(given)
    const open = (await pullsOn(desired.branch, desired.repository, this.ask)).open
    return publish({ ...desired, open }, this.world)
  }

  async open(): Promise<Pull | undefined> {
    return (await pullsOn(BRANCH, await this.repository(), this.ask)).open
  }

  branches(): readonly string[] {
    return [...this.state.refs.keys()].map((ref) => ref.replace('refs/heads/', '')).toSorted()
  }

  /** Methods and last words of the routes. */
  routes(): readonly string[] {
    return this.asked.map(({ route }) => route.replace('/repos/{owner}/{repo}', ''))
  }
}

interface Scenes {
  /** Of this test. */
  (): Scene
  /** For a test that needs several. */
  fresh(): Scene
}

/** One GitHub for all tests of a file, each with a state of its own. */
export function scenes(): Scenes {
  let github: FakeGitHub
  let scene: Scene
  const fresh = () => {
    github.verify()
    scene = new Scene(github)
    return scene
  }
  withSharedGitHub((shared) => {
    github = shared
    fresh()
  })
  return Object.assign(() => scene, { fresh })
}

export function stateOf(head: string, proposed: State['proposed'] = []): State {
  return { version: 1, head, digest: 'd'.repeat(64), proposed }
}

function disturbanceOf(fault: Fault | undefined) {
  if (typeof fault !== 'object') return fault
  const { status, message = `Said ${status}`, body = { message } } = fault
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers, body: JSON.stringify(body) }
}
