/** The whole story at fake time: a fake GitHub over HTTP, a fake Garnix with its API, and caches that it fills. */
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import { parseInstant } from '../../actions/shared/instant.ts'
import type { FetchAnswer, GitHubRequest, RunProgram } from '../../actions/shared/ports.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { garnixWait } from '../../actions/garnix-wait/wait.ts'
import { narInfoText, storePath, type SigningKey } from '../support/binarycache.ts'
import { FakeGarnix, type Build } from '../support/fakegarnix.ts'
import {
  countingRandom,
  reading,
  RecordingLog,
  RecordingOutputs,
  RecordingSummary,
} from '../support/fakes.ts'
import { toldCommit, toldLog, type ApiBuild, type ApiCommit } from '../support/garnixcommit.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { PatientClock } from '../support/patientclock.ts'
import { inputsWith, SHA } from './given.ts'

export const MINUTE = 60_000
export const CACHE = 'https://cache.example.org'
export const VPS = storePath('nixos-system-vps-arm-26.11')
export const WEB = storePath('nixos-system-web-26.11')
export const ETC = storePath('etc')
export const GLIBC = storePath('glibc-2.40')
/** Of an older system. */
export const OLD = storePath('nixos-system-vps-arm-26.05')
export const OLD_GLIBC = storePath('glibc-2.39')
/** In an order in which each path needs what comes later. */
export const CLOSURE = [VPS, ETC, GLIBC] as const
const REFERENCES = new Map<string, readonly StorePath[]>([
  [VPS, [ETC, GLIBC]],
  [WEB, [GLIBC]],
  [ETC, [GLIBC]],
  [GLIBC, [GLIBC]],
  [OLD, [OLD_GLIBC]],
  [OLD_GLIBC, []],
])

export const noName = (what: string) => new ActionError(`getaddrinfo ENOTFOUND ${what}.`)
export const unreachable: GitHubRequest = async () => {
  throw noName('api.github.com')
}

export class StoryScene {
  readonly clock = new PatientClock()
  readonly log = new RecordingLog()
  readonly outputs = new RecordingOutputs()
  readonly summary = new RecordingSummary()
  readonly canceling = new AbortController()
  readonly garnix: FakeGarnix
  /** What the cache has, by URL path. */
  readonly held = new Map<string, string>([['nix-cache-info', 'StoreDir: /nix/store\n']])
  /** What the instance's API says of the commit; `undefined` = there is no API. */
  commit: ApiCommit | undefined
  /** Every address that was asked for, but for GitHub's. */
  readonly fetched: string[] = []
  /** Instead of an answer, whatever it may be asked for. */
  disturb: (url: string) => FetchAnswer | undefined = () => undefined
  /** Instead of the fake GitHub, or before it. */
  github: ((token: string) => GitHubRequest) | undefined
  run: RunProgram = async () => undefined

  constructor(github: FakeGitHub) {
    this.garnix = new FakeGarnix(github, {
      now: () => this.clock.now(),
      onUpload: (path) => {
        this.hold([path as StorePath])
      },
    })
  }

  static at(github: FakeGitHub): StoryScene {
    github.verify()
    github.state.clear()
    github.exchanges.length = 0
    github.disturb = () => undefined
    github.remaining = 1_000
    return new StoryScene(github)
  }

  hold(paths: readonly StorePath[], keys: readonly SigningKey[] = []): void {
    for (const path of paths)
      this.held.set(
        `${path.slice(11, 43)}.narinfo`,
        narInfoText({ path, references: REFERENCES.get(path) ?? [] }, keys),
      )
  }

  /** Garnix builds these, seen at once. */
  builds(builds: readonly Build[], more: { readonly evaluation?: Omit<Build, 'name'> } = {}): void {
    this.garnix.push({ sha: SHA, noticedMs: 1_000, builds, ...more })
  }

  /** The instance says this of its builds. */
  says(builds: readonly Partial<ApiBuild>[], more: Partial<ApiCommit> = {}): void {
    const whole = builds.map((build, at) => ({
      ...{ id: `id${at}`, name: 'vps-arm', kind: 'nixosConfiguration', status: 'Success' as const },
      ...build,
    }))
    const which = { sha: SHA, owner: 'acme', repo: 'infra', isPublic: true, isEvaluated: true }
    this.commit = { ...which, builds: whole, ...more }
  }

  /** Resolves to the error that it ended with. */
  async wait(given: Readonly<Record<string, string>> = {}): Promise<Error | undefined> {
    const common = { caches: CACHE, 'require-signatures': 'false', token: 'secret' }
    const { clock, log, outputs, summary } = this
    const world = {
      ...{ clock, log, outputs, summary, random: countingRandom(), cancel: this.canceling.signal },
      fetch: (url: string) => clock.working(async () => this.#fetch(url)),
      githubWith: (token: string) => this.#githubWith(token),
      run: this.run,
      repository: { owner: 'acme', repo: 'infra' },
      serverUrl: 'https://github.com',
      event: 'push',
      workspace: '/nowhere',
      epochMs: parseInstant('2026-01-31T12:00:00Z'),
    }
    try {
      await garnixWait(reading(inputsWith({ ...common, ...given })), world)
      return undefined
    } catch (error) {
      return error as Error
    }
  }

  output(name: string): unknown {
    return JSON.parse(this.outputs.values[name] ?? 'null')
  }

  warnings(): readonly string[] {
    return this.log.of('warning')
  }

  get status(): string | undefined {
    return this.outputs.values['status']
  }

  get minutes(): number {
    return this.clock.now() / MINUTE
  }

  #githubWith(token: string): GitHubRequest {
    const other = this.github?.(token)
    if (other !== undefined) return other
    const request = githubRequest(token)
    return (...asked) => this.clock.working(() => request(...asked))
  }

  #fetch(url: string): FetchAnswer {
    this.fetched.push(url)
    this.garnix.catchUp()
    const disturbed = this.disturb(url)
    if (disturbed !== undefined) return disturbed
    if (url.startsWith(`${CACHE}/`)) return answer(this.held.get(url.slice(CACHE.length + 1)))
    if (!url.startsWith('https://garnix.example/') || this.commit === undefined) throw noName(url)
    if (url.endsWith(`/api/commits/${SHA}`)) return answer(JSON.stringify(toldCommit(this.commit, 'up')))
    const build = this.commit.builds.find(({ id }) => url.includes(`/api/build/${id}/logs`))
    return answer(build && JSON.stringify(toldLog(build, new URL(url).searchParams.get('after'), 100)))
  }
}

export function answer(body: string | undefined): FetchAnswer {
  return { status: body === undefined ? 404 : 200, headers: {}, body: body ?? '' }
}
