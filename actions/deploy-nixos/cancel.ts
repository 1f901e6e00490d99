import { abort } from './confirm.ts'
import { hasActivated } from './ledger.ts'
import { LetGo, limited } from './limits.ts'
import type { Deployment } from './world.ts'

/** GitHub kills the process 10 s after the first signal and warns 7.5 s after it; outputs and summary need the rest. */
const CANCEL_MS = 5_000
const PAUSE_MS = 500

/** Waits for a cancel: before the activation the host is asked to stop, after it the deploy is left to the host. */
export async function heedCancel(deployment: Deployment, signal: AbortSignal): Promise<void> {
  const { world, errands } = deployment
  if (!world.cancel.aborted) await aborted(AbortSignal.any([world.cancel, signal]))
  if (signal.aborted) return
  if (canBeStopped(deployment)) await stopDeploy(deployment, signal)
  errands.letGo('canceled')
}

/** A plain forced command knows no requests: any would run it once more. */
function canBeStopped({ inputs, facts }: Deployment): boolean {
  const isUnderWay = facts.wasSent && facts.own.ledger.result === undefined
  return inputs.protocol === 'vps-deploy' && isUnderWay && !hasActivated(facts.own.ledger)
}

/** Asks until the host agrees, then leaves the result some time to arrive: who follows the deploy ends the story. */
async function stopDeploy(deployment: Deployment, signal: AbortSignal): Promise<void> {
  const { clock, log } = deployment.world
  log.info('Canceled before the activation: asking the host to stop the deploy.')
  try {
    await limited({ ms: CANCEL_MS, clock, parent: signal }, async (limit) => {
      while (!(await isStopped(deployment, limit))) await clock.sleep(PAUSE_MS, limit)
      log.info('The host stops the deploy.')
      await clock.sleep(CANCEL_MS, limit)
    })
  } catch (error) {
    if (!(error instanceof LetGo)) throw error
  }
}

/** A refusal is not the last word: the host may not know the deploy yet. */
async function isStopped({ facts, inputs, world, link }: Deployment, signal: AbortSignal): Promise<boolean> {
  const asking = { ...world, connectTimeoutMs: inputs.connect.timeoutMs }
  const decision = await abort({ id: facts.request.id, session: link?.session }, asking, signal)
  return decision.kind === 'granted'
}

async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  signal.addEventListener('abort', () => {
    resolve(undefined)
  })
  await promise
}
