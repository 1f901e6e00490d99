/** A system that must be booted, tried at one boot: the host asks for a confirmation there as after an activation. */
import { ActionError } from '../shared/errors.ts'
import type { Clock, Session } from '../shared/ports.ts'
import { answerSoon, REPLAY_MS } from './answer.ts'
import { ask } from './ask.ts'
import { askToReboot } from './confirm.ts'
import type { Event, Result } from './events.ts'
import { newTrial, revOf, type Trial } from './facts.ts'
import type { Outcome } from './follow.ts'
import { isDeployId, requests } from './request.ts'
import { parseStatus, type HostStatus } from './status.ts'
import { refusalOf } from './trialwords.ts'
import { isRefusal } from './verdict.ts'
import { watch, type Conversation } from './watch.ts'

/** `undefined` = the host does not try this system. Throws if it names a trial that can be none. */
export function trialOf({ id, mode, status, system, trial }: Result): Trial | undefined {
  if (trial === undefined || mode !== 'switch' || status !== 'scheduled') return undefined
  if (isDeployId(trial) && trial !== id && system !== '') return newTrial(trial, system)
  throw new ActionError(
    `The host says that it tries '${system}' at the next boot, in '${trial}', which is no deploy.`,
    {
      hint: 'This is not protocol 1: look at the host itself, and update vps-deploy there.',
    },
  )
}

const PAUSE_MS = 3_000

/** Has the host boot into the trial, and follows it to its end. Rejects with the signal's reason. */
export async function followTrial(
  trial: Trial,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<Outcome> {
  const { deployment } = conversation
  const { facts, errands, world } = deployment
  const onEvent = (event: Event): void => {
    if (event.type === 'accepted') errands.start((until) => boot(trial, conversation, until))
    if (event.type === 'awaiting-confirm')
      errands.start((until) => answerSoon(event, { deployment, watched: trial }, until))
  }
  const asked = { id: trial.id, kind: 'trial', rev: revOf(facts), mode: 'switch' }
  const watching = { watched: trial, opening: requests.attach(trial.id, 0), asked, onEvent }
  for (;;) {
    const outcome = await watch(watching, conversation, signal)
    if (outcome.kind === 'result' || outcome.wasAccepted || isRefusal(outcome.code)) return outcome
    // A host on its way down or up may know how to say nothing.
    await world.clock.sleep(PAUSE_MS, signal)
  }
}

async function boot(trial: Trial, { deployment, link }: Conversation, signal: AbortSignal): Promise<void> {
  const { facts, inputs, world } = deployment
  await world.clock.sleep(REPLAY_MS, signal)
  // Somebody may have rebooted the host already.
  if (hasBegun(trial)) return
  trial.boot = 'asked'
  const asking = { ...world, connectTimeoutMs: inputs.connect.timeoutMs }
  const decision = await askToReboot(facts.request.id, asking, signal)
  if (decision.kind === 'granted') {
    trial.boot = 'taken'
    world.log.info('The host reboots to try the new system; waiting for it to come back …')
    return
  }
  const status = link.session === undefined ? undefined : await statusOver(link.session, world.clock, signal)
  if (hasBegun(trial) || status?.booted === trial.system) return
  throw refusalOf(decision.why, status, { facts, trial })
}

/** Over the connection that the trial is followed on; `undefined` = the host does not say. */
async function statusOver(
  session: Session,
  clock: Clock,
  signal: AbortSignal,
): Promise<HostStatus | undefined> {
  const { exit, stdout } = await ask(session, requests.status(), { clock, signal })
  return exit.kind === 'exited' && exit.code === 0 ? parseStatus(stdout) : undefined
}

function hasBegun({ ledger }: Trial): boolean {
  return ledger.spans.length > 0 || ledger.result !== undefined
}
