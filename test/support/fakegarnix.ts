/**
 * A Garnix that builds nothing, but tells a fake GitHub about it as the real one does: the order in which it creates
 * its checks, their names, texts and links, and what goes wrong with them. It acts whenever somebody looks, up to the
 * moment of the clock it was given, so that hours of it cost no time.
 * https://github.com/garnix-io/garnix-ci, backend/src/Garnix/Build/{Flake,Package,Reporting,MetaCheck}.hs
 */
import type { FakeGitHub } from './github/server.ts'
import type { CheckRunState } from './github/state.ts'

type Ending = 'success' | 'failure' | 'timed_out' | 'cancelled' | 'skipped'

export interface Build {
  /** Of its check: `nixosConfig web`. */
  readonly name: string
  readonly ms?: number
  /** `never` = it stays `in_progress`, and says nothing more after `ms`. */
  readonly ends?: Ending | 'never'
  /** The end of its log. */
  readonly log?: readonly string[]
  /** Uploaded after the check is green, each so long after the one before. */
  readonly uploads?: { readonly paths: readonly string[]; readonly everyMs: number }
}

export interface Plan {
  readonly sha: string
  /** From the push to the first check. */
  readonly noticedMs?: number
  readonly evaluation?: Omit<Build, 'name' | 'uploads'>
  readonly builds: readonly Build[]
  readonly suite?: number
}

export interface GarnixOptions {
  readonly slug?: string
  readonly url?: string
  /** Milliseconds since 2026-01-31T12:00:00Z. */
  readonly now: () => number
  readonly onUpload?: (path: string) => void
}

/** It tells GitHub about new lines of a log no more often. */
const TOLD_EVERY_MS = 15_000
const EPOCH_MS = Date.UTC(2026, 0, 31, 12)

interface Event {
  readonly atMs: number
  readonly act: () => void
}

export class FakeGarnix {
  readonly #github: FakeGitHub
  readonly #options: Required<GarnixOptions>
  #events: Event[] = []

  constructor(github: FakeGitHub, options: GarnixOptions) {
    this.#github = github
    this.#options = {
      slug: 'garnix-ci',
      url: 'https://garnix.example',
      onUpload: () => undefined,
      ...options,
    }
    github.now = options.now
    github.catchUp = () => {
      this.catchUp()
    }
  }

  /** Does what is due. */
  catchUp(): void {
    const now = this.#options.now()
    for (;;) {
      const due = this.#events.filter(({ atMs }) => atMs <= now).sort((one, other) => one.atMs - other.atMs)
      const first = due[0]
      if (first === undefined) return
      // What it brings about may be due before the next one.
      const together = due.filter(({ atMs }) => atMs === first.atMs)
      this.#events = this.#events.filter((event) => !together.includes(event))
      for (const { act } of together) act()
    }
  }

  /** Somebody pushes a commit, or asks for everything again. */
  push(plan: Plan): void {
    const { sha, suite = 1, evaluation = {}, builds } = plan
    const startMs = this.#options.now() + (plan.noticedMs ?? 3_000)
    const make = (name: string) => this.#check({ name, sha, suite })
    this.#at(startMs, (atMs) => {
      const evaluating = make('Evaluate flake.nix')
      make('All Garnix checks')
      const { ms = 60_000, ends = 'success' } = evaluation
      this.#write(evaluating, { ...evaluation, ms, ends, atMs })
      if (ends === 'success')
        this.#at(atMs + ms - 1, (endMs) => {
          for (const build of builds) this.#build(build, make(build.name), endMs)
        })
    })
  }

  #build(build: Build, run: CheckRunState, atMs: number): void {
    const { ms = 120_000, uploads } = build
    this.#write(run, { ends: 'success', ...build, ms, atMs })
    for (const [index, path] of (uploads?.paths ?? []).entries())
      this.#at(atMs + ms + (index + 1) * (uploads?.everyMs ?? 0), () => {
        run.text = text([...lines(run), `Uploaded ${path} to the garnix binary cache.`])
        this.#options.onUpload(path)
      })
  }

  /** Somebody clicks on "Re-run": a new run of the same name. */
  rerun(build: Build, { sha, suite = 1 }: { readonly sha: string; readonly suite?: number }): void {
    this.#build(build, this.#check({ name: build.name, sha, suite }), this.#options.now())
  }

  #write(run: CheckRunState, told: Told): void {
    const { ms, ends, log = [], atMs } = told
    run.text = text([`building ${run.name}`])
    for (let passedMs = TOLD_EVERY_MS; passedMs < ms; passedMs += TOLD_EVERY_MS)
      this.#at(atMs + passedMs, () => {
        run.text = text([...lines(run), `still building after ${passedMs / 1_000} s`])
      })
    if (ends === 'never') return
    this.#at(atMs + ms, (endMs) => {
      run.text = text([...lines(run), ...log])
      run.status = 'completed'
      run.conclusion = ends
      run.completedAt = instant(endMs)
      run.summary = `${run.name} ${ends === 'success' ? 'succeeded' : 'failed'}`
    })
  }

  #check({ name, sha, suite }: { name: string; sha: string; suite: number }): CheckRunState {
    const { slug, url, now } = this.#options
    const run = this.#github.state.addRun({ name, sha, suite, app: slug, startedAt: instant(now()) })
    if (name !== 'All Garnix checks') run.detailsUrl = `${url}/build/B5aP${run.id}`
    return run
  }

  #at(atMs: number, act: (atMs: number) => void): void {
    this.#events.push({
      atMs,
      act: () => {
        act(atMs)
      },
    })
  }
}

interface Told extends Pick<Build, 'log'> {
  readonly ms: number
  readonly ends: Ending | 'never'
  /** When it began. */
  readonly atMs: number
}

function instant(ms: number): string {
  return new Date(EPOCH_MS + ms).toISOString().replace(/\.\d+Z$/, 'Z')
}

function text(log: readonly string[]): string {
  return `Last 100 lines of logs:\n\`\`\`\n${log.slice(-100).join('\n')}\n\`\`\`\n`
}

function lines({ text }: CheckRunState): readonly string[] {
  return (text ?? '').split('\n').slice(2, -2)
}
