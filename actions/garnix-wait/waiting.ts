/** One wait: what it knows, and how long it may go on. */
import { deadlineIn, type Deadline } from '../shared/deadline.ts'
import { GitHubClient, type Patience } from '../shared/github.ts'
import { newestOf, type CheckRun } from './checkruns.ts'
import { ChecksReader } from './checksreader.ts'
import { CheckTexts } from './checktexts.ts'
import type { CiEnd } from './ciwatch.ts'
import { newClosure, type Closure } from './closure.ts'
import type { Commit } from './commit.ts'
import { checkNameOf } from './garnixverdict.ts'
import type { RecordFacts } from './facts.ts'
import type { Inputs } from './inputs.ts'
import type { Lookout } from './lookout.ts'
import { GitHubNotes, type Notes } from './notes.ts'
import type { PathSearch } from './pathsearch.ts'
import type { CheckText } from './routes.ts'
import type { StorePath } from './storepath.ts'
import type { Target } from './targets.ts'
import type { World } from './world.ts'

/** What another CI run, or another host, has uploaded is there whatever this one says. */
const LAST_LOOK_MS = 5_000

export interface GitHub {
  readonly client: GitHubClient
  readonly reader: ChecksReader
}

export class Wait {
  readonly inputs: Inputs
  readonly world: World
  /** For everything. */
  readonly deadline: Deadline
  readonly texts: CheckTexts
  /** What the instance said last. */
  commit: Commit | undefined
  /** `undefined` before the first look at the checks. */
  lookout: Lookout | undefined
  search: PathSearch | undefined
  /** Of all targets together; it has no roots until they are known and looked for. */
  closure = newClosure([])
  completeMs: number | undefined
  /** What was recorded, once it is. */
  recorded: RecordFacts | undefined
  readonly warnings: string[] = []
  readonly #logs = new Map<string, string>()
  /** Aborted when the CI is done, however. */
  readonly ciDone = new AbortController()
  #ci: { readonly end: CiEnd; readonly atMs: number } | undefined
  #github: GitHub | undefined

  constructor(inputs: Inputs, world: World) {
    this.inputs = inputs
    this.world = world
    this.deadline = deadlineIn(world.clock, inputs.limits.totalMs)
    this.texts = new CheckTexts(world.clock)
  }

  /** Made when it is needed: GitHub's client is large. */
  get github(): GitHub {
    return (this.#github ??= this.#newGitHub())
  }

  #newGitHub(): GitHub {
    const { world, inputs } = this
    const client = new GitHubClient({ ...world, github: world.githubWith(inputs.token) })
    return { client, reader: new ChecksReader(client, { ...world.repository, sha: inputs.sha }) }
  }

  get notes(): Notes {
    return new GitHubNotes(this.github.client, this.world.repository)
  }

  patience(signal: AbortSignal): Patience {
    return { deadline: this.deadline, signal }
  }

  /** Ends early when the CI is done meanwhile. Rejects with the signal's reason. */
  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const { signal: done } = this.ciDone
    try {
      await this.world.clock.sleep(ms, done.aborted ? signal : AbortSignal.any([signal, done]))
    } catch (error) {
      if (signal.aborted) throw error
    }
  }

  /** `undefined` while it goes on. */
  get ci(): CiEnd | undefined {
    return this.#ci?.end
  }

  endCi(end: CiEnd): void {
    this.#ci = { end, atMs: this.world.clock.now() }
    this.ciDone.abort(new Error('The CI is done.'))
  }

  /**
   * For the caches: that of everything, until the CI is done; then what they may take, or one last look. It is not done
   * where GitHub cannot be asked any more in time, and its uploads may go on.
   */
  get cacheDeadline(): Deadline {
    const remainingMs = (): number => {
      if (this.#ci === undefined || this.#ci.end.kind === 'timed-out') return this.deadline.remainingMs()
      const moreMs = this.#ci.end.kind === 'built' ? this.inputs.limits.cacheMs : LAST_LOOK_MS
      const leftMs = this.#ci.atMs + moreMs - this.world.clock.now()
      return Math.max(0, Math.min(leftMs, this.deadline.remainingMs()))
    }
    return { remainingMs, passed: () => remainingMs() <= 0 }
  }

  /** Since the CI is done; `undefined` while it is not, or has failed. */
  get builtForMs(): number | undefined {
    return this.#ci?.end.kind === 'built' ? this.world.clock.now() - this.#ci.atMs : undefined
  }

  /** The run that built a configuration, else the newest one. */
  runOf(configuration: string): CheckRun | undefined {
    const runs = this.lookout?.seen().filter(({ name }) => name === checkNameOf(configuration)) ?? []
    return newestOf(runs.filter(({ state }) => state === 'succeeded')) ?? newestOf(runs)
  }

  /** What the instance itself wrote into the log of a build. */
  noteLog(configuration: string, lines: string): void {
    this.#logs.set(configuration, lines)
  }

  /** The text of a check has no more than a hundred lines; what the instance's log has is added. */
  textOf(configuration: string): CheckText | undefined {
    const known = this.texts.of(checkNameOf(configuration))
    const lines = this.#logs.get(configuration) ?? ''
    return known === undefined || lines === '' ? known : { ...known, text: `${known.text}\n${lines}` }
  }

  path(target: string): StorePath | undefined {
    return this.search?.path(target)
  }

  /** Of one target alone: what was found for the others counts for it too. */
  closureFor(target: string): Closure | undefined {
    const root = this.path(target)
    if (root === undefined || !this.closure.roots.includes(root)) return undefined
    return { ...newClosure([root], this.closure.found), missing: this.closure.missing }
  }

  /** Of all targets that are looked for. */
  get closures(): readonly { readonly target: Target; readonly closure: Closure }[] {
    return this.inputs.targets.flatMap((target) => {
      const closure = this.closureFor(target.name)
      return closure === undefined ? [] : [{ target, closure }]
    })
  }

  /** Said once. */
  warn(words: string): void {
    if (this.warnings.includes(words)) return
    this.warnings.push(words)
    this.world.log.warning(words)
  }
}
