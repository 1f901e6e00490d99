import { answerHost } from './answer.ts'
import { connectFirst, Link } from './connect.ts'
import { endingOf, endingOfNoSuccessor, endingOfReboot, endingOfSuccessor, type Ending } from './ending.ts'
import type { AwaitingConfirm, Event, Result } from './events.ts'
import { follow, type Outcome } from './follow.ts'
import { greet, warnOfUntriedBoot } from './greet.ts'
import type { Hello } from './hello.ts'
import { EMPTY_LEDGER, recorded } from './ledger.ts'
import { needsReboot, reboot } from './reboot.ts'
import { isDeployId, requests } from './request.ts'
import { viewer } from './show.ts'
import { isGreen, requireSame } from './verdict.ts'
import type { Deployment } from './world.ts'

/** What happened before a reattachment arrives all at once. */
const REPLAY_MS = 50

interface Conversation {
  readonly deployment: Deployment
  readonly hello: Hello
  readonly link: Link
}

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

async function followOwn({ deployment, link }: Conversation, signal: AbortSignal): Promise<Outcome> {
  const { world, facts, errands } = deployment
  const { id } = facts.request
  const show = viewer(world.log)
  const onEvent = (event: Event): void => {
    if (event.type === 'accepted' || event.type === 'result') requireSame(event, facts.request)
    facts.ledger = recorded(facts.ledger, event)
    show(event)
    if (event.type === 'awaiting-confirm')
      errands.start((until) => answerUnlessOver(event, deployment, until))
  }
  facts.wasSent = true
  return follow({ id, opening: requests.deploy(facts.request), onEvent }, { world, link }, signal)
}

/** After a reattachment the end may follow on the heels of the question. */
async function answerUnlessOver(
  event: AwaitingConfirm,
  deployment: Deployment,
  until: AbortSignal,
): Promise<void> {
  await deployment.world.clock.sleep(REPLAY_MS, until)
  if (deployment.facts.ledger.result === undefined) await answerHost(event, deployment, until)
}

async function conclude(outcome: Outcome, conversation: Conversation, signal: AbortSignal): Promise<Ending> {
  const { facts } = conversation.deployment
  if (outcome.kind === 'result' && outcome.result.status === 'superseded')
    return followSuccessors(outcome.result, conversation, signal)
  const ending = endingOf(outcome, facts)
  if (outcome.kind !== 'result' || !isGreen(ending.status) || !needsReboot(outcome.result)) return ending
  return afterReboot({ ending, result: outcome.result }, conversation, signal)
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
    const outcome = await followOther(id, conversation, signal)
    if (outcome.kind === 'denied' || outcome.result.status !== 'superseded')
      return endingOfSuccessor(outcome, id, facts)
    id = outcome.result.supersededBy
  }
}

async function followOther(
  id: string,
  { deployment, link }: Conversation,
  signal: AbortSignal,
): Promise<Outcome> {
  const { world, facts } = deployment
  const successor = { id, ledger: EMPTY_LEDGER }
  facts.successor = successor
  const show = viewer(world.log)
  world.log.info(`A later deploy took over; following ${id}.`)
  const onEvent = (event: Event): void => {
    if (event.type === 'accepted' || event.type === 'result') requireSame(event, { id })
    successor.ledger = recorded(successor.ledger, event)
    show(event)
  }
  return follow({ id, opening: requests.attach(id, 0), onEvent }, { world, link }, signal)
}
