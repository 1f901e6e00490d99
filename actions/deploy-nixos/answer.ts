import { abort, confirm, type Decision } from './confirm.ts'
import type { AwaitingConfirm } from './events.ts'
import { checkHealth } from './health.ts'
import { LetGo, limited } from './limits.ts'
import type { Deployment } from './world.ts'

/** A confirmation that comes a little late by our clock may still be in time by the host's. */
const GRACE_MS = 5_000

/** Looks after the new system's health, then confirms it or has it rolled back. */
export async function answerHost(
  awaiting: AwaitingConfirm,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const { inputs, world } = deployment
  const ms = (awaiting.secondsLeft ?? inputs.confirmMs / 1_000) * 1_000 + GRACE_MS
  try {
    await limited({ ms, clock: world.clock, parent: signal }, async (limit) => {
      const problems = await checkHealth(inputs.health, world, limit)
      if (problems.length > 0) await rollBack(problems, deployment, limit)
      else await confirmOrRollBack(awaiting.nonce, deployment, limit)
    })
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof LetGo)) throw error
    complain('The host could not be told in time whether the new system is healthy.', deployment)
  }
}

async function confirmOrRollBack(nonce: string, deployment: Deployment, signal: AbortSignal): Promise<void> {
  const { facts, inputs, world } = deployment
  const confirming = { ...world, connectTimeoutMs: inputs.connect.timeoutMs }
  const decision = await confirm({ id: facts.request.id, nonce }, confirming, signal)
  switch (decision.kind) {
    case 'granted':
      facts.isConfirmed = true
      world.log.info('Confirmed over a fresh connection.')
      return
    case 'refused':
      complain(`The host refused the confirmation: ${decision.why}.`, deployment)
      return
    case 'shut-out':
      await rollBack([`The new system does not let the runner in: ${decision.why}`], deployment, signal)
  }
}

async function rollBack(
  problems: readonly string[],
  deployment: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const { facts, inputs, world, link } = deployment
  for (const problem of problems) complain(problem, deployment)
  world.log.info('Not confirmed: asking the host to roll back at once.')
  const aborting = { ...world, connectTimeoutMs: inputs.connect.timeoutMs }
  const decision = await abort({ id: facts.request.id, session: link?.session }, aborting, signal)
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
