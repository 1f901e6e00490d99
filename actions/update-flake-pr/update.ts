import { formatDuration } from '../shared/duration.ts'
import { ActionError, bugWords, messageOf } from '../shared/errors.ts'
import type { ReadInput } from '../shared/ports.ts'
import { groupsOf } from './groups.ts'
import { parseInputs, type Inputs } from './inputs.ts'
import { failuresOf, statusOf, type Outcome, type Status } from './outcome.ts'
import { outputsOf } from './outputs.ts'
import { proposed } from './propose.ts'
import { badInputsSummary, summaryOf } from './report.ts'
import { prepared } from './setting.ts'
import { lockPathOf } from './sources.ts'
import { withdrawOthers } from './withdrawn.ts'
import type { World } from './world.ts'

/** Updates, proposes, tells outputs and summary how it ended, and throws if anything was left undone. */
export async function updateFlakes(read: ReadInput, world: World): Promise<void> {
  const startedMs = world.clock.now()
  const inputs = await parsedInputs(read, world)
  const outcomes: Outcome[] = []
  const failure = await failureOf(carriedOut(inputs, world, outcomes), world)
  const red = redOf(outcomes, failure)
  await tell({ outcomes, failure, red }, inputs, world)
  if (red !== undefined) throw failure?.bug ?? red
  world.log.info(`${statusOf(outcomes)}, after ${formatDuration(world.clock.now() - startedMs)}.`)
}

/** Bad inputs are told to outputs and summary as well, before anything is asked of anybody. */
async function parsedInputs(read: ReadInput, world: World): Promise<Inputs> {
  try {
    return parseInputs(read)
  } catch (error) {
    world.log.info('The inputs are wrong: nothing is updated.')
    world.outputs.set('status', 'failed' satisfies Status)
    await world.summary.write(badInputsSummary(messageOf(error)))
    throw error
  }
}

interface Failure {
  readonly words: string
  readonly hint?: string
  /** Not expected: to be thrown on, once everything that is known has been told. */
  readonly bug?: Error
}

async function carriedOut(inputs: Inputs, world: World, outcomes: Outcome[]): Promise<void> {
  world.log.info(`Looking at ${inputs.flakes.map(lockPathOf).join(', ')} …`)
  await using setting = await prepared(inputs, world)
  const groups = groupsOf(inputs.groupBy, inputs.branch, setting.chosen)
  for (const group of groups) {
    const outcome = told(await proposed(group, setting), world)
    outcomes.push(outcome)
    if (outcome.error !== undefined) throw outcome.error
  }
  if (inputs.groupBy === 'input')
    for (const outcome of await withdrawOthers(groups, setting)) outcomes.push(told(outcome, world))
}

function told(outcome: Outcome, { log }: World): Outcome {
  log.info(outcome.words)
  for (const problem of outcome.problems) log.error(problem)
  return outcome
}

/** What ended the work before its end; what was done until then is kept. */
async function failureOf(work: Promise<void>, world: World): Promise<Failure | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (world.cancel.aborted) return { words: 'The run was canceled.' }
    if (!(error instanceof ActionError)) return { words: bugWords(messageOf(error)), bug: error as Error }
    return { words: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
  }
}

interface Told {
  readonly outcomes: readonly Outcome[]
  readonly failure: Failure | undefined
  /** What the step ends with. */
  readonly red: ActionError | undefined
}

async function tell({ outcomes, failure, red }: Told, inputs: Inputs, world: World): Promise<void> {
  const { values, warnings } = outputsOf(outcomes, {
    hasFailed: failure !== undefined,
    serverUrl: world.serverUrl,
  })
  for (const warning of warnings) world.log.warning(warning)
  for (const [name, value] of Object.entries(values)) world.outputs.set(name, value)
  const problems =
    failure === undefined ? [] : [failure.words, ...(failure.hint === undefined ? [] : [failure.hint])]
  const { serverUrl } = world
  const isDryRun = inputs.dryRun
  await world.summary.write(summaryOf({ outcomes, problems, red: red?.message, serverUrl, isDryRun }))
}

/** `undefined` = nothing was left undone. */
function redOf(outcomes: readonly Outcome[], failure: Failure | undefined): ActionError | undefined {
  if (failure !== undefined)
    return new ActionError(failure.words, failure.hint === undefined ? {} : { hint: failure.hint })
  const undone = outcomes.flatMap(({ problems }) => problems)
  if (undone.length > 0) return new ActionError(`Not everything was done: ${undone.join(' ')}`)
  const failures = failuresOf(outcomes)
  if (failures.length === 0) return undefined
  const count = failures.length === 1 ? 'An input' : `${failures.length} inputs`
  return new ActionError(`${count} could not be updated; ${proposedWords(outcomes)}\n${failures.join('\n')}`)
}

function proposedWords(outcomes: readonly Outcome[]): string {
  const isProposed = outcomes.some(({ number, status }) => number !== undefined && status !== 'closed')
  return isProposed ? 'the pull request has the others:' : 'nothing is proposed:'
}
