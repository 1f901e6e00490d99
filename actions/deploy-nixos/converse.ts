import { answerSoon } from './answer.ts'
import { connectFirst, Link } from './connect.ts'
import { endingOf, endingOfNoSuccessor, endingOfReboot, endingOfSuccessor, type Ending } from './ending.ts'
import type { Event, Result } from './events.ts'
import type { Trial } from './facts.ts'
import type { Outcome } from './follow.ts'
import { greet, warnOfUntriedBoot } from './greet.ts'
import { needsReboot, reboot } from './reboot.ts'
import { identityOf, isDeployId, openingOf, requests } from './request.ts'
import { followTrial, trialOf } from './trial.ts'
import { endingOfSchedule, endingOfTrial, warningOfSchedule } from './trialwords.ts'
import { isGreen } from './verdict.ts'
import { watch, type Conversation } from './watch.ts'
import { newWatched, type Watched } from './watched.ts'
import type { Deployment } from './world.ts'

/** The whole conversation with vps-deploy: greet it, ask for the deploy, follow it to its end. */
export async function converse(deployment: Deployment, signal: AbortSignal): Promise<Ending> {
  const { inputs, world, facts } = deployment
  const connecting = { limits: inputs.connect, signal }
  const { session, hello } = await connectFirst(world, connecting, (opened) =>
    greet(opened, deployment, signal),
  )
  await using link = new Link(world, inputs.connect.timeoutMs, session)
  deployment.link = link
  const conversation = { deployment, hello, link }
  try {
    const outcome = await followOwn(conversation, signal)
    return await conclude(outcome, conversation, signal)
  } finally {
    facts.trouble = link.trouble
  }
}

function followOwn(conversation: Conversation, signal: AbortSignal): Promise<Outcome> {
  const { deployment } = conversation
  const { facts, errands } = deployment
  const { own: watched, request } = facts
  const onEvent = (event: Event): void => {
    if (event.type === 'awaiting-confirm')
      errands.start((until) => answerSoon(event, { deployment, watched }, until))
  }
  facts.wasSent = true
  const watching = { watched, opening: openingOf(request), asked: identityOf(request), onEvent }
  return watch(watching, conversation, signal)
}

async function conclude(outcome: Outcome, conversation: Conversation, signal: AbortSignal): Promise<Ending> {
  const { facts } = conversation.deployment
  const ending = endingOf(outcome, facts)
  if (outcome.kind !== 'result' || !isGreen(ending.status)) return ending
  const { result } = outcome
  if (ending.status === 'superseded') return followSuccessors(result, conversation, signal)
  facts.trial = trialOf(result)
  if (facts.trial !== undefined)
    return afterSchedule({ trial: facts.trial, message: result.message }, conversation, signal)
  if (!needsReboot(result)) return ending
  return afterReboot({ ending, result }, conversation, signal)
}

/** The end of a deploy whose system is tried at the next boot: that boot, or at least a word about it. */
async function afterSchedule(
  { trial, message }: { trial: Trial; message: string },
  conversation: Conversation,
  signal: AbortSignal,
): Promise<Ending> {
  const { inputs, world, facts } = conversation.deployment
  if (inputs.reboot === 'never') {
    world.log.warning(warningOfSchedule(facts, trial))
    return endingOfSchedule(message, facts)
  }
  world.log.info(`The new system only works from a boot on, and is tried at one; following ${trial.id}.`)
  const outcome = await followTrial(trial, conversation, signal)
  const ending = endingOfTrial(outcome, trial, facts)
  if (ending.status === 'superseded' && outcome.kind === 'result')
    return followSuccessors(outcome.result, conversation, signal)
  if (ending.status === 'deployed') facts.reboot = 'done'
  return ending
}

/** The end of a deploy that is only whole after a reboot: the reboot, or at least a word about it. */
async function afterReboot(
  { ending, result }: { ending: Ending; result: Result },
  { deployment, hello, link }: Conversation,
  signal: AbortSignal,
): Promise<Ending> {
  const { inputs, world, facts } = deployment
  // With mode boot the next boot is what was asked for, and what there is to say was said at the start.
  if (inputs.mode !== 'boot') warnOfUntriedBoot(hello, world.log)
  const reasons = result.rebootRequired.length === 0 ? '' : `: ${result.rebootRequired.join(', ')}`
  const words = `The new system is whole only after a reboot${reasons}.`
  if (inputs.reboot === 'never') {
    if (inputs.mode !== 'boot') world.log.warning(words)
    return ending
  }
  world.log.info(words)
  const problem = await reboot({ deployment, link, system: result.system }, signal)
  return endingOfReboot(problem, facts)
}

/** Follows the deploy that took over, and the one that took over from that, without a word to either. */
async function followSuccessors(
  own: Result,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<Ending> {
  const { facts } = conversation.deployment
  const seen = new Set<string>([own.id])
  for (let id = own.supersededBy; ;) {
    if (!isDeployId(id) || seen.has(id)) return endingOfNoSuccessor(id, facts)
    seen.add(id)
    const successor = newWatched(id)
    const outcome = await followOther(successor, conversation, signal)
    if (outcome.kind === 'denied' || outcome.result.status !== 'superseded')
      return endingOfSuccessor(outcome, successor, facts)
    id = outcome.result.supersededBy
  }
}

function followOther(successor: Watched, conversation: Conversation, signal: AbortSignal): Promise<Outcome> {
  const { world, facts } = conversation.deployment
  facts.successor = successor
  const { id } = successor
  world.log.info(`A later deploy took over; following ${id}.`)
  const watching = { watched: successor, opening: requests.attach(id, 0), asked: { id } }
  return watch(watching, conversation, signal)
}
