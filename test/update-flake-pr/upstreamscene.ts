/** The hosts of inputs: the fake GitHub in the place of github.com, and others that answer what a test wants. */
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import { GitHubClient } from '../../actions/shared/github.ts'
import type { Fetch, FetchOptions } from '../../actions/shared/ports.ts'
import { parseAccessTokens } from '../../actions/update-flake-pr/accesstokens.ts'
import type { Ask } from '../../actions/update-flake-pr/asking.ts'
import type { Change } from '../../actions/update-flake-pr/facts.ts'
import type { Upstreams } from '../../actions/update-flake-pr/forges.ts'
import { countingRandom, FakeClock, RecordingLog } from '../support/fakes.ts'
import type { RepositoryState } from '../support/github/repository.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { reference } from './locks.ts'

interface Fetched {
  readonly url: string
  readonly authorization: string | undefined
}

type Answer = { readonly status?: number; readonly body: unknown } | Error

let count = 0

export class UpstreamScene {
  readonly github: FakeGitHub
  readonly clock = new FakeClock()
  readonly log = new RecordingLog()
  readonly cancel = new AbortController()
  readonly asked: string[] = []
  readonly fetched: Fetched[] = []
  /** Of hosts other than the server's. */
  answer: (url: string) => Answer = () => ({ status: 404, body: {} })
  accessTokens = ''
  serverUrl = 'https://github.com'
  readonly ask: Ask

  constructor(github: FakeGitHub) {
    this.github = github
    github.disturb = () => undefined
    // Until it has a commit, it answers for any name.
    if (github.state.refs.size === 0) github.state.push('main')
    const client = new GitHubClient({
      ...{ clock: this.clock, log: this.log, random: countingRandom(), github: githubRequest('secret') },
    })
    this.ask = (route, parameters = {}) => {
      this.asked.push(
        route.replace('{owner}/{repo}', `${String(parameters['owner'])}/${String(parameters['repo'])}`),
      )
      const deadline = { remainingMs: () => 60_000, passed: () => false }
      return client.ask({ route, parameters }, { deadline, signal: this.cancel.signal })
    }
  }

  /** One that no other test has seen. */
  repository(): RepositoryState {
    return this.github.state.repository(`acme/input-${++count}`)
  }

  get upstreams(): Upstreams {
    const { ask, log, cancel, serverUrl } = this
    const accessTokens = parseAccessTokens(this.accessTokens)
    return {
      ...{ ask, log, serverUrl, accessTokens },
      fetch: this.#fetch,
      cancel: cancel.signal,
      apiUrl: 'https://api.test',
    }
  }

  readonly #fetch: Fetch = async (url, { headers = {} }: FetchOptions) => {
    this.fetched.push({ url, authorization: headers['authorization'] })
    const answer = this.answer(url)
    if (answer instanceof Error) throw answer
    const { status = 200, body } = answer
    return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) }
  }
}

/** An input that moved. */
export function changed(from: Record<string, unknown>, to: Record<string, unknown>, path = 'input'): Change {
  const input = (attributes: Record<string, unknown>) => {
    const locked = reference(attributes)
    return { path, follows: undefined, locked, original: locked, isFlake: true }
  }
  return { path, kind: 'updated', from: input(from), to: input(to), risks: [] }
}

export const NO_ANSWER = new ActionError('https://x: no answer within 20 s.')

export function upstreamScenes(): () => UpstreamScene {
  let scene: UpstreamScene
  withSharedGitHub((github) => {
    github.verify()
    scene = new UpstreamScene(github)
  })
  return () => scene
}
