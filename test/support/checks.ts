/** A wait for checks at fake time, against a fake GitHub over HTTP through the real client. */
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { GitHubClient } from '../../actions/shared/github.ts'
import { ChecksReader } from '../../actions/garnix-wait/checksreader.ts'
import { watchChecks, type CiEnd } from '../../actions/garnix-wait/ciwatch.ts'
import { problemWords } from '../../actions/garnix-wait/ciwords.ts'
import { checkNameOf } from '../../actions/garnix-wait/garnixverdict.ts'
import { checksLookout, garnixLookout } from '../../actions/garnix-wait/lookout.ts'
import { FakeGarnix } from './fakegarnix.ts'
import { countingRandom, FakeClock, RecordingLog } from './fakes.ts'
import { fakeGitHub, type FakeGitHub } from './github/server.ts'

export const SHA = '95a89711a27f21aa3c6f5ca4ec56e4b1e8e4a2d1'

export interface Wait {
  /** Of configurations; with `checks`, of checks. */
  readonly names: readonly string[]
  readonly provider?: 'garnix' | 'checks'
  readonly appSlug?: string
  readonly token?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const LIMITS = { discoveryMs: 120_000, stallMs: 1_800_000 }

export class ChecksScene implements AsyncDisposable {
  readonly clock = new FakeClock()
  readonly log = new RecordingLog()
  readonly github: FakeGitHub
  readonly garnix: FakeGarnix
  /** Of the last wait. */
  client: GitHubClient | undefined

  constructor(github: FakeGitHub) {
    this.github = github
    this.garnix = new FakeGarnix(github, { now: () => this.clock.now() })
  }

  /** GitHub's client reads its address once: all scenes of a file share a server. */
  static async at(github: FakeGitHub): Promise<ChecksScene> {
    github.verify()
    github.state.clear()
    github.exchanges.length = 0
    github.disturb = () => undefined
    github.remaining = 1_000
    return new ChecksScene(github)
  }

  async wait(wait: Wait): Promise<CiEnd & { told: ReturnType<typeof problemWords>[] }> {
    const { names, provider = 'garnix', appSlug, token = 'secret', timeoutMs = 10_800_000 } = wait
    const { clock, log } = this
    const client = new GitHubClient({ github: githubRequest(token), clock, log, random: countingRandom() })
    this.client = client
    const reader = new ChecksReader(client, { owner: 'acme', repo: 'infra', sha: SHA })
    const lookout =
      provider === 'garnix'
        ? garnixLookout({ names: names.map(checkNameOf), appSlug }, reader)
        : checksLookout({ names, appSlug }, reader)
    const patience = {
      deadline: deadlineIn(clock, timeoutMs),
      signal: wait.signal ?? new AbortController().signal,
    }
    const world = { lookout, reader, clock, log, spent: () => client.counted }
    const end = await watchChecks(world, LIMITS, patience)
    const scene = {
      provider,
      sha: SHA,
      discoveryMs: LIMITS.discoveryMs,
      knowsCommit: reader.knowsCommit,
      existing: end.kind === 'failed' ? end.existing : [],
      trouble: lookout.trouble(),
    }
    const problems = end.kind === 'failed' ? end.problems : []
    return { ...end, told: problems.map((problem) => problemWords(problem, scene)) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.github.verify()
  }
}

/** One for all scenes of a file; the client must not have been loaded before. */
export async function sharedGitHub(): Promise<FakeGitHub> {
  const github = await fakeGitHub()
  process.env['GITHUB_API_URL'] = github.url
  return github
}
