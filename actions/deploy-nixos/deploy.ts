import { formatDuration } from '../shared/duration.ts'
import { ActionError, bugWords, ConnectError, messageOf } from '../shared/errors.ts'
import type { ReadInput } from '../shared/ports.ts'
import { heedCancel } from './cancel.ts'
import { converse } from './converse.ts'
import { messageOfEnding, type Ending } from './ending.ts'
import { Errands } from './errands.ts'
import { newFacts, type Facts } from './facts.ts'
import { parseInputs, RESERVE_MS, type Inputs } from './inputs.ts'
import { LetGo } from './limits.ts'
import { outputsOf } from './outputs.ts'
import { deployPlain } from './plain.ts'
import { badInputsSummary, summaryOf } from './report.ts'
import { deployIdOf, type DeployRequest } from './request.ts'
import { endingUnseen } from './unseen.ts'
import { isGreen } from './verdict.ts'
import type { Deployment, World } from './world.ts'

/** For outputs and summary, after the deploy itself has been given up. */
const LAST_WORDS_MS = 5_000

/** Deploys, tells outputs and summary how it ended, and throws unless it ended well. */
export async function deployNixos(read: ReadInput, world: World): Promise<void> {
  const startedMs = world.clock.now()
  const inputs = await parsedInputs(read, world)
  const facts = newFacts(requestOf(inputs, world), inputs)
  world.log.info(`${intentOf(facts)} …`)

  const dial = world.dialTo(inputs.destination)
  const deployment: Deployment = {
    inputs,
    facts,
    world: { ...world, dial },
    errands: new Errands(),
    link: undefined,
  }
  const { ending, bug } = await carriedOut(deployment)

  const durationMs = world.clock.now() - startedMs
  const { values, problems } = outputsOf(facts, { status: ending.status, durationMs })
  for (const problem of problems) world.log.warning(problem)
  setOutputs(world, values)
  await world.summary.write(summaryOf(facts, ending, durationMs))
  if (bug !== undefined) throw bug
  const { status, hint } = ending
  const message = messageOfEnding(ending)
  if (!isGreen(status)) throw new ActionError(message, hint === undefined ? {} : { hint })
  world.log.info(`${message} (${status}, ${formatDuration(durationMs)})`)
}

function intentOf({ request: { rev, mode }, host }: Facts): string {
  if (mode === 'rollback') return `Taking ${host} back to the system before the current one`
  return `Deploying ${rev} to ${host} with mode ${mode}`
}

/** Bad inputs are told to outputs and summary as well, before anything is touched. */
async function parsedInputs(read: ReadInput, world: World): Promise<Inputs> {
  try {
    return parseInputs(read)
  } catch (error) {
    world.log.info('The inputs are wrong: nothing is touched.')
    setOutputs(world, { status: 'failed' })
    await world.summary.write(badInputsSummary(messageOf(error)))
    throw error
  }
}

function requestOf({ rev, mode, confirmMs, timeoutMs }: Inputs, { run, random }: World): DeployRequest {
  return {
    id: deployIdOf(run, random),
    rev,
    mode,
    confirmSeconds: confirmMs / 1_000,
    timeoutSeconds: (timeoutMs - RESERVE_MS) / 1_000,
  }
}

interface Carried {
  readonly ending: Ending
  /** Not an expected failure: to be thrown on, once everything that is known has been told. */
  readonly bug?: Error
}

async function carriedOut(deployment: Deployment): Promise<Carried> {
  const { inputs, world, facts, errands } = deployment
  const deploy = inputs.protocol === 'plain' ? deployPlain : converse
  errands.start(async (signal) => {
    await world.clock.sleep(inputs.timeoutMs - LAST_WORDS_MS, signal)
    errands.letGo('deadline')
  })
  errands.start((signal) => heedCancel(deployment, signal))
  try {
    return { ending: await deploy(deployment, errands.signal) }
  } catch (error) {
    return endingOfFailure(error, facts, world.clock.now())
  } finally {
    await errands.end()
  }
}

function endingOfFailure(error: unknown, facts: Facts, nowMs: number): Carried {
  if (error instanceof LetGo) return { ending: endingUnseen(error.why, facts, nowMs) }
  const details: readonly string[] = []
  if (!(error instanceof ActionError))
    return {
      ending: { status: 'failed', sentence: bugWords(messageOf(error)), details },
      bug: asError(error),
    }
  const { message: sentence, hint } = error
  const status = error instanceof ConnectError ? 'unreachable' : 'failed'
  return { ending: { status, sentence, details, ...(hint !== undefined && { hint }) } }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown })
}

function setOutputs({ outputs }: World, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) outputs.set(name, value)
}
