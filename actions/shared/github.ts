/** Asking GitHub as it wants to be asked: what has not changed costs nothing, and who is told to wait waits. */
import { backoffMs } from './backoff.ts'
import type { Deadline } from './deadline.ts'
import { formatDuration } from './duration.ts'
import { ActionError } from './errors.ts'
import { attemptOf, unanswered, type Question, type Troubled } from './githubanswer.ts'
import type { Clock, GitHubAnswer, GitHubRequest, Log, Random } from './ports.ts'
import { pauseAfter, type Pause } from './ratelimit.ts'

export interface GitHubWorld {
  readonly github: GitHubRequest
  readonly clock: Clock
  readonly log: Log
  readonly random: Random
}

export interface Patience {
  readonly deadline: Deadline
  /** How often what may pass is tried at most; a rate limit does not count. Without it, until the deadline. */
  readonly attempts?: number
  readonly signal: AbortSignal
}

type Asked =
  { readonly kind: 'answered'; readonly answer: GitHubAnswer } | { readonly kind: 'paused' } | Troubled

/** For one answer. A page of check runs with their logs may take GitHub ten seconds. */
const ANSWER_MS = 30_000
const PAUSES = { baseMs: 1_000, capMs: 30_000 }
/** At least a minute, says GitHub, and exponentially longer where that was not enough. */
const UNTOLD_PAUSE_MS = 60_000
const REASONS = {
  primary: 'GitHub has answered all that this token may ask within the hour',
  secondary: 'GitHub is asked too much at once',
}

/** No answer that can be used, and no time for another attempt. */
export class GitHubUnavailable extends ActionError {
  override readonly name = 'GitHubUnavailable'
}

export class GitHubClient {
  readonly #world: GitHubWorld
  readonly #known = new Map<string, GitHubAnswer>()
  #paused: { readonly why: Pause['why']; readonly untilMs: number } = { why: 'primary', untilMs: -Infinity }
  #untold = 0
  #counted = 0
  #unchanged = 0

  constructor(world: GitHubWorld) {
    this.#world = world
  }

  /** Requests that GitHub counts: all but those it answered with 304. */
  get counted(): number {
    return this.#counted
  }

  /** Requests that it answered with 304. */
  get unchanged(): number {
    return this.#unchanged
  }

  /**
   * One answer that says something: of success, or a refusal (`refusalOf` puts it into words). Whatever may pass is
   * asked again until the deadline, but a POST, and what is `isOnce`, only if GitHub surely did nothing.
   * @throws GitHubUnavailable when there is none by then; the signal's reason
   */
  async ask(question: Question, patience: Patience): Promise<GitHubAnswer> {
    const { deadline, signal, attempts = Infinity } = patience
    let attempt = 0
    for (;;) {
      await this.#pause({ deadline, signal })
      const asked = await this.#attempt(question, { deadline, signal })
      if (asked.kind === 'answered') return asked.answer
      if (asked.kind === 'paused') continue
      attempt++
      const pauseMs = Math.max(backoffMs(attempt, PAUSES, this.#world.random), asked.pauseMs)
      if (isOnce(question) || attempt >= attempts || pauseMs >= deadline.remainingMs())
        throw new GitHubUnavailable(`GitHub could not be asked: ${asked.words}`)
      this.#world.log.info(`${asked.words} It is asked again in ${formatDuration(pauseMs)}.`)
      await this.#world.clock.sleep(pauseMs, signal)
    }
  }

  async #attempt(question: Question, patience: Patience): Promise<Asked> {
    const known = this.#known.get(keyOf(question))
    const answer = await this.#request(question, patience, known?.headers['etag'])
    if ('kind' in answer) return answer
    if (answer.status === 304 && known !== undefined) {
      this.#unchanged++
      this.#heed(pauseAfter(answer))
      return { kind: 'answered', answer: known }
    }
    this.#counted++
    const attempt = attemptOf(question, answer)
    if (attempt.kind === 'troubled') return attempt
    this.#heed(attempt.pause)
    if (attempt.kind === 'paused') return { kind: 'paused' }
    this.#remember(question, answer)
    return { kind: 'answered', answer }
  }

  async #request(question: Question, { deadline, signal }: Patience, etag: string | undefined) {
    const timeoutMs = Math.max(1, Math.min(ANSWER_MS, deadline.remainingMs()))
    const options = { timeoutMs, signal, ...(etag === undefined ? {} : { etag }) }
    try {
      return await this.#world.github(question.route, question.parameters, options)
    } catch (error) {
      signal.throwIfAborted()
      this.#counted++
      return unanswered(error)
    }
  }

  #remember(question: Question, answer: GitHubAnswer): void {
    this.#untold = 0
    if (question.route.startsWith('GET ') && answer.headers['etag'] !== undefined)
      this.#known.set(keyOf(question), answer)
  }

  #heed(pause: Pause | undefined): void {
    if (pause === undefined) return
    if (pause.ms === undefined) this.#untold++
    const ms = pause.ms ?? UNTOLD_PAUSE_MS * 2 ** (this.#untold - 1)
    const untilMs = this.#world.clock.now() + ms
    if (untilMs > this.#paused.untilMs) this.#paused = { why: pause.why, untilMs }
  }

  async #pause({ deadline, signal }: Patience): Promise<void> {
    const { clock, log } = this.#world
    const ms = this.#paused.untilMs - clock.now()
    if (ms <= 0) return
    const reason = REASONS[this.#paused.why]
    if (ms >= deadline.remainingMs())
      throw new GitHubUnavailable(
        `${reason}: it wants to be asked nothing for ${formatDuration(ms)}, and ${formatDuration(deadline.remainingMs())} are left.`,
        { hint: "All jobs of a repository that use 'github.token' share its 1,000 requests an hour." },
      )
    log.warning(`${reason}: nothing is asked for ${formatDuration(ms)}.`)
    await clock.sleep(ms, signal)
  }
}

function isOnce({ route, isOnce = route.startsWith('POST ') }: Question): boolean {
  return isOnce
}

function keyOf({ route, parameters }: Question): string {
  return `${route} ${JSON.stringify(parameters)}`
}
