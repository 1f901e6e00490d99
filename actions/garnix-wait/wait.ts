import { deadlineIn } from '../shared/deadline.ts'
import { formatDuration } from '../shared/duration.ts'
import { ActionError, bugWords, messageOf } from '../shared/errors.ts'
import type { ReadInput } from '../shared/ports.ts'
import { askCaches } from './cachehalf.ts'
import { askCi } from './cihalf.ts'
import { keepComment } from './comment.ts'
import { commentOf } from './commentbody.ts'
import { comparisonsOf } from './comparing.ts'
import { isGreen, type Ending, type Status } from './ending.ts'
import type { Comparisons, Facts } from './facts.ts'
import { factsOf } from './findings.ts'
import { parseInputs, type Inputs } from './inputs.ts'
import { outputsOf } from './outputs.ts'
import { checkRecordable, recordClosures } from './recording.ts'
import { badInputsSummary, summaryOf } from './report.ts'
import { showFacts } from './show.ts'
import { NAMELESS } from './targets.ts'
import { verdictOf, verdictOfCi, type Verdict } from './verdict.ts'
import { Wait } from './waiting.ts'
import type { World } from './world.ts'

/** A time of its own: when that of the wait is over, there is the most to tell. */
const COMMENT_MS = 60_000

/** Waits, tells outputs, summary and pull request how it ended, and throws unless it ended well. */
export async function garnixWait(read: ReadInput, world: World): Promise<void> {
  const startedMs = world.clock.now()
  const wait = new Wait(await parsedInputs(read, world), world)
  world.log.info(openingWords(wait.inputs))

  const carried = await carriedOut(wait)
  const { comparisons, verdict, bug } = await compared(wait, carried)
  const facts = factsOf(wait, comparisons)
  await tell(wait, { facts, verdict, durationMs: world.clock.now() - startedMs })
  if (bug !== undefined) throw bug
  const { status, sentence, hint } = verdict.ending
  if (!isGreen(status)) throw new ActionError(sentence, hint === undefined ? {} : { hint })
  world.log.info(`${sentence} (${status}, ${formatDuration(world.clock.now() - startedMs)})`)
}

/** Bad inputs are told to outputs and summary as well, before anything is asked of anybody. */
async function parsedInputs(read: ReadInput, world: World): Promise<Inputs> {
  try {
    return parseInputs(read, world.event)
  } catch (error) {
    world.log.info('The inputs are wrong: nothing is waited for.')
    world.outputs.set('status', 'failed' satisfies Status)
    await world.summary.write(badInputsSummary(messageOf(error)))
    throw error
  }
}

function openingWords({ targets, sha, caches }: Inputs): string {
  const names = targets.map(({ name, storePath }) => (name === NAMELESS ? String(storePath) : name))
  const what = names.length === 0 ? 'the checks' : names.join(', ')
  const where = caches.length === 0 ? '' : ` in ${caches.map(({ url }) => url).join(', ')}`
  return `Waiting for ${what} of ${sha}${where} …`
}

interface Carried {
  readonly verdict: Verdict
  /** Not an expected failure: to be thrown on, once everything that is known has been told. */
  readonly bug?: Error
}

async function carriedOut(wait: Wait): Promise<Carried> {
  const over = new AbortController()
  const signal = AbortSignal.any([wait.world.cancel, over.signal])
  try {
    await checkRecordable(wait, signal)
    const verdict = await bothHalves(wait, signal)
    if (verdict.ending.status === 'ready') wait.recorded = await recordClosures(wait, signal)
    return { verdict }
  } catch (error) {
    return ofFailure(error, wait)
  } finally {
    over.abort(new Error('The wait is over.'))
  }
}

/** A closure that is complete needs no CI, unless it is the checks that were asked for. */
async function bothHalves(wait: Wait, signal: AbortSignal): Promise<Verdict> {
  const ci = askCi(wait, signal)
  // Whoever does not wait for it any more does not want to hear of it either.
  ci.catch(() => undefined)
  if (wait.inputs.caches.length === 0) return verdictOfCi(wait, await ci)
  // The caches are asked until some time after the CI is done, so it has to end for them; its bugs are bugs here.
  const cache = await Promise.race([askCaches(wait, signal), failureOf(ci)])
  const isDecided = wait.inputs.provider !== 'checks' && cache.kind === 'complete'
  const isHopeless = cache.kind === 'incomplete' && cache.troubles.some(({ isFinal }) => isFinal)
  return verdictOf(wait, cache, isDecided || (isHopeless && wait.ci === undefined) ? undefined : await ci)
}

/** Never resolves. */
async function failureOf(promise: Promise<unknown>): Promise<never> {
  await promise
  return new Promise(() => undefined)
}

function ofFailure(error: unknown, { world }: Wait): Carried {
  const ending = (sentence: string, hint?: string): Verdict => ({
    ending: { status: 'failed', sentence, details: [], ...(hint === undefined ? {} : { hint }) },
    logs: [],
  })
  if (world.cancel.aborted) return { verdict: ending('The run was canceled.') }
  if (error instanceof ActionError) return { verdict: ending(error.message, error.hint) }
  const bug = error instanceof Error ? error : new Error(messageOf(error), { cause: error })
  return { verdict: ending(bugWords(bug.message)), bug }
}

/** It is for the report only: what goes wrong with it is said, and no more, but for bugs. */
async function compared(wait: Wait, carried: Carried): Promise<Carried & { comparisons: Comparisons }> {
  try {
    return { ...carried, comparisons: await comparisonsOf(wait, wait.world.cancel) }
  } catch (error) {
    const failure = ofFailure(error, wait)
    const comparisons: Comparisons = new Map()
    if (failure.bug !== undefined)
      return { bug: failure.bug, ...carried, verdict: failure.verdict, comparisons }
    wait.warn(`The closures could not be compared: ${messageOf(error)}`)
    return { ...carried, comparisons }
  }
}

interface Told {
  readonly facts: Facts
  readonly verdict: Verdict
  readonly durationMs: number
}

async function tell(wait: Wait, { facts, verdict, durationMs }: Told): Promise<void> {
  const { world } = wait
  const { ending } = verdict
  showVerdict(wait, verdict)
  showFacts(facts, world.log)
  const { values, problems } = outputsOf(facts, { status: ending.status, durationMs })
  for (const problem of problems) world.log.warning(problem)
  for (const [name, value] of Object.entries(values)) world.outputs.set(name, value)
  await world.summary.write(summaryOf(facts, ending, durationMs))
  if (wait.inputs.comment && !world.cancel.aborted) await comment(wait, facts, ending)
}

/** The sentence itself is the error at the end. */
function showVerdict({ world: { log }, warnings }: Wait, { ending, logs }: Verdict): void {
  for (const text of logs) {
    log.group('The end of its log')
    log.host(`${text}\n`)
    log.endGroup()
  }
  const said = [...logs, ...warnings]
  for (const words of ending.details) if (!said.includes(words)) log.info(words)
}

async function comment(wait: Wait, facts: Facts, ending: Ending): Promise<void> {
  const { world, inputs, github } = wait
  const patience = { deadline: deadlineIn(world.clock, COMMENT_MS), signal: world.cancel }
  await keepComment(commentOf(facts, ending), {
    ask: async (route, parameters) => {
      try {
        return await github.client.ask({ route, parameters }, patience)
      } catch (error) {
        throw world.cancel.aborted ? new ActionError('The run was canceled.', { cause: error }) : error
      }
    },
    log: world.log,
    repository: world.repository,
    sha: inputs.sha,
    pullRequest: inputs.pullRequest,
  })
}
