/** What GitHub's scheduler makes of the jobs of a run, as far as its documentation says. */

type Result = 'success' | 'failure' | 'skipped'

export interface SimulatedJob {
  readonly name: string
  readonly needs: readonly string[]
  /** Seconds on a runner of each job of its matrix; one, if it has none. */
  readonly copies: readonly number[]
  /** How many of the copies end red. */
  readonly reds: number
  /** Asked once all that it needs has ended. */
  readonly isStarted: (results: Readonly<Record<string, Result>>) => boolean
}

export interface Runners {
  /** Jobs at once; the others wait. */
  readonly concurrent: number
  /** Seconds until a runner has taken a job that may start; asked once for each. */
  readonly latency: () => number
}

export interface SimulatedRun {
  readonly wallSeconds: number
  /** Started minutes of every job. */
  readonly billedMinutes: number
  readonly usedMinutes: number
  /** Jobs that had a runner. */
  readonly started: number
  readonly peak: number
  readonly results: Readonly<Record<string, Result>>
  /** When the first copy of each job got its runner, in seconds from the beginning of the run. */
  readonly begins: Readonly<Record<string, number>>
}

/** https://docs.github.com/en/actions/reference/limits */
export const MAX_MATRIX = 256

/** The jobs of a run to its end, in events. Throws for a matrix that GitHub would refuse. */
export function schedule(jobs: readonly SimulatedJob[], runners: Runners): SimulatedRun {
  const crowded = jobs.find(({ copies }) => copies.length > MAX_MATRIX)
  if (crowded !== undefined)
    throw new Error(`GitHub makes no ${crowded.copies.length} jobs of ${crowded.name}.`)
  const run = new Run(jobs, runners)
  while (run.step());
  return run.outcome()
}

interface Copy {
  readonly job: SimulatedJob
  readonly seconds: number
}

class Run {
  #now = 0
  #peak = 0
  readonly #jobs: readonly SimulatedJob[]
  readonly #runners: Runners
  readonly #waiting = new Set<SimulatedJob>()
  /** First come, first served. */
  readonly #queue: Copy[] = []
  readonly #running = new Set<Copy & { readonly end: number }>()
  readonly #left = new Map<SimulatedJob, number>()
  readonly #results: Record<string, Result> = {}
  readonly #begins: Record<string, number> = {}
  readonly #taken: number[] = []

  constructor(jobs: readonly SimulatedJob[], runners: Runners) {
    this.#jobs = jobs
    this.#runners = runners
    for (const job of jobs) this.#waiting.add(job)
  }

  /** Starts what may start and goes on to the next end of a job; `false` once nothing runs any more. */
  step(): boolean {
    for (const job of this.#jobs) this.#consider(job)
    this.#assign()
    const next = Math.min(...[...this.#running].map(({ end }) => end))
    if (next === Infinity) return false
    this.#now = next
    for (const copy of this.#running) if (copy.end === next) this.#finish(copy)
    return true
  }

  outcome(): SimulatedRun {
    const sum = (minutes: (seconds: number) => number): number =>
      this.#taken.reduce((total, seconds) => total + minutes(seconds), 0)
    return {
      wallSeconds: this.#now,
      // https://docs.github.com/en/billing/reference/actions-runner-pricing
      billedMinutes: sum((seconds) => Math.max(1, Math.ceil(seconds / 60))),
      usedMinutes: sum((seconds) => seconds / 60),
      started: this.#taken.length,
      peak: this.#peak,
      results: this.#results,
      begins: this.#begins,
    }
  }

  #consider(job: SimulatedJob): void {
    if (!this.#waiting.has(job) || job.needs.some((name) => this.#results[name] === undefined)) return
    this.#waiting.delete(job)
    if (!job.isStarted(this.#results)) {
      this.#results[job.name] = 'skipped'
      return
    }
    this.#left.set(job, job.copies.length)
    this.#queue.push(...job.copies.map((seconds) => ({ job, seconds })))
  }

  #assign(): void {
    const free = this.#runners.concurrent - this.#running.size
    for (const copy of this.#queue.splice(0, Math.max(0, free))) {
      const begin = this.#now + this.#runners.latency()
      this.#begins[copy.job.name] = Math.min(begin, this.#begins[copy.job.name] ?? Infinity)
      this.#running.add({ ...copy, end: begin + copy.seconds })
      this.#taken.push(copy.seconds)
    }
    this.#peak = Math.max(this.#peak, this.#running.size)
  }

  #finish(copy: Copy & { readonly end: number }): void {
    this.#running.delete(copy)
    const left = (this.#left.get(copy.job) ?? 0) - 1
    this.#left.set(copy.job, left)
    if (left === 0) this.#results[copy.job.name] = copy.job.reds > 0 ? 'failure' : 'success'
  }
}
