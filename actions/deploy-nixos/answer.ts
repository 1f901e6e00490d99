import { abort, confirm, type Decision } from './confirm.ts'
import type { AwaitingConfirm } from './events.ts'
import { checkHealth } from './health.ts'
import { LetGo, limited } from './limits.ts'
import type { Watched } from './watched.ts'
import type { Deployment } from './world.ts'

/** A confirmation that comes a little late by our clock may still be in time by the host's. */
const GRACE_MS = 5_000
/** What happened before a reattachment arrives all at once. */
export const REPLAY_MS = 50

interface Answering {
  readonly deployment: Deployment
  /** The deploy that is to be confirmed. */
  readonly watched: Watched
}

/** Answers, unless the end follows on the heels of the question: after a reattachment it may. */
export async function answerSoon(
  awaiting: AwaitingConfirm,
  answering: Answering,
  signal: AbortSignal,
): Promise<void> {
  await answering.deployment.world.clock.sleep(REPLAY_MS, signal)
  if (answering.watched.ledger.result === undefined) await answerHost(awaiting, answering, signal)
}

/** Looks after the new system's health, then confirms it or has it rolled back. */
async function answerHost(
  { nonce, secondsLeft }: AwaitingConfirm,
  answering: Answering,
  signal: AbortSignal,
): Promise<void> {
  const { inputs, world } = answering.deployment
  const seconds = Math.min(secondsLeft ?? inputs.confirmMs / 1_000, inputs.timeoutMs / 1_000)
  const ms = Math.max(seconds, 0) * 1_000 + GRACE_MS
  try {
    await limited({ ms, clock: world.clock, parent: signal }, async (limit) => {
      const problems = await problemsOf(answering, limit)
      if (problems.length > 0) await rollBack(problems, answering, limit)
      else await confirmOrRollBack(nonce, answering, limit)
    })
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof LetGo)) throw error
    complain('The host could not be told in time whether the new system is healthy.', answering.deployment)
  }
}

/** A host that has lost a part of the story may not know what it asks for. */
async function problemsOf(
  { deployment: { inputs, world }, watched }: Answering,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return watched.flaw === undefined ? checkHealth(inputs.health, world, signal) : [watched.flaw]
}

async function confirmOrRollBack(nonce: string, answering: Answering, signal: AbortSignal): Promise<void> {
  const { deployment, watched } = answering
  const { inputs, world } = deployment
  const confirming = { ...world, connectTimeoutMs: inputs.connect.timeoutMs }
  const decision = await confirm({ id: watched.id, nonce }, confirming, signal)
  switch (decision.kind) {
    case 'granted':
      watched.isConfirmed = true
      world.log.info('Confirmed over a fresh connection.')
      return
    case 'refused':
      watched.isRejected = true
      complain(`The host refused the confirmation: ${decision.why}.`, deployment)
      return
    case 'shut-out':
      await rollBack([`The new system does not let the runner in: ${decision.why}`], answering, signal)
  }
}

async function rollBack(
  problems: readonly string[],
  { deployment, watched }: Answering,
  signal: AbortSignal,
): Promise<void> {
  const { inputs, world, link } = deployment
  watched.isRejected = true
  for (const problem of problems) complain(problem, deployment)
  world.log.info('Not confirmed: asking the host to roll back at once.')
  const aborting = { ...world, connectTimeoutMs: inputs.connect.timeoutMs }
  const decision = await abort({ id: watched.id, session: link?.session }, aborting, signal)
  world.log.info(wordsOf(decision))
}

function wordsOf(decision: Decision): string {
  switch (decision.kind) {
    case 'granted':
      return 'The host rolls back.'
    case 'refused':
      return `The host did not take the request: ${decision.why}.`
    case 'shut-out':
      return `The host cannot be told (${decision.why}); it rolls back by itself when it has waited long enough.`
  }
}

function complain(problem: string, { facts, world }: Deployment): void {
  facts.problems.push(problem)
  world.log.error(problem)
}
