import { formatDuration } from '../shared/duration.ts'
import { ActionError } from '../shared/errors.ts'
import type { Clock, HttpGet, Log } from '../shared/ports.ts'

export interface HealthUrl {
  readonly url: string
  /** `undefined` = any from 200 to 299, after redirects. */
  readonly status: number | undefined
}

export interface HealthCheck {
  readonly urls: readonly HealthUrl[]
  readonly timeoutMs: number
}

export interface HealthWorld {
  readonly http: HttpGet
  readonly clock: Clock
  readonly log: Log
}

/** One answer may take this long; a server that hangs is asked again. */
const ANSWER_MS = 10_000
const PAUSE_MS = 1_000

/** `URL` or `URL STATUS`. */
export function parseHealthUrl(line: string): HealthUrl {
  const [, url = '', status] = /^(\S+)(?:\s+([1-5]\d\d))?$/.exec(line) ?? []
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new ActionError(
      `'${line}' is not 'URL' or 'URL STATUS', with http:// or https:// and a status like 204.`,
    )
  return { url, status: status === undefined ? undefined : Number(status) }
}

/**
 * Asks all URLs at once, each until it answers as expected or the time is up.
 * @returns what is wrong, a sentence for each URL that did not; empty = healthy
 * @throws the signal's reason once it is aborted
 */
export async function checkHealth(
  check: HealthCheck,
  world: HealthWorld,
  signal: AbortSignal,
): Promise<string[]> {
  const untilMs = world.clock.now() + check.timeoutMs
  const problems = await Promise.all(
    check.urls.map((wanted) => problemOf({ wanted, untilMs, signal }, world)),
  )
  const unhealthy = problems.filter((problem) => problem !== undefined)
  const count = check.urls.length
  if (count > 0) world.log.info(`${count - unhealthy.length} of ${count} health URLs answered as expected.`)
  return unhealthy
}

interface Asking {
  readonly wanted: HealthUrl
  readonly untilMs: number
  readonly signal: AbortSignal
}

async function problemOf(asking: Asking, world: HealthWorld): Promise<string | undefined> {
  for (;;) {
    const problem = await askOnce(asking, world)
    if (problem === undefined) return undefined
    // The last attempt has time for an answer, or its reason would only be that there was none.
    if (asking.untilMs - world.clock.now() < 2 * PAUSE_MS) return problem
    await world.clock.sleep(PAUSE_MS, asking.signal)
  }
}

async function askOnce({ wanted: { url, status: expected }, untilMs, signal }: Asking, world: HealthWorld) {
  const startedMs = world.clock.now()
  // A redirect is an answer of its own to somebody who names the status.
  const redirects = expected === undefined ? 'follow' : 'keep'
  try {
    const timeoutMs = Math.ceil(Math.min(ANSWER_MS, untilMs - startedMs))
    const { status } = await world.http(url, { timeoutMs, signal, redirects })
    if (!isExpected(status, expected))
      return `${url} answered ${status}, expected ${expected ?? '200 to 299'}.`
    world.log.info(`${url} answered ${status} after ${formatDuration(world.clock.now() - startedMs)}.`)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    // Anything else is no word about the host's health.
    if (!(error instanceof ActionError)) throw error
    return error.message
  }
}

function isExpected(status: number, expected: number | undefined): boolean {
  return expected === undefined ? status >= 200 && status <= 299 : status === expected
}
