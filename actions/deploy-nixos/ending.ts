/** Last words: a sentence or two that say what happened, and never more than was seen. */
import type { Result } from './events.ts'
import type { Facts } from './facts.ts'
import type { Outcome } from './follow.ts'
import { hasActivated } from './ledger.ts'
import type { LetGo } from './limits.ts'
import { statusOfCode, verdictOf, type Status } from './verdict.ts'

export interface Ending {
  readonly status: Status
  readonly message: string
  readonly hint?: string
}

const PREDICATES: Readonly<Record<Status, string>> = {
  deployed: 'is deployed.',
  unchanged: 'was deployed already: nothing changed.',
  planned: 'was planned only: nothing changed.',
  scheduled: 'becomes active at the next boot.',
  superseded: 'was superseded by a later deploy.',
  'rolled-back': 'was rolled back.',
  aborted: 'was stopped before its activation: nothing changed.',
  failed: 'failed.',
  refused: 'was refused.',
  unreachable: 'has an unknown end.',
}

export function endingOf(outcome: Outcome, facts: Facts): Ending {
  return outcome.kind === 'result' ? endingOfResult(outcome.result, facts) : endingOfDenial(outcome, facts)
}

function endingOfResult(result: Result, facts: Facts): Ending {
  const verdict = verdictOf(result)
  if (verdict.kind === 'bad') return { status: 'failed', message: verdict.why }
  const { status } = verdict
  const isForNow = status === 'deployed' && result.mode === 'test'
  const predicate = isForNow ? 'runs until the next boot: nothing was committed.' : PREDICATES[status]
  return { status, message: sentences(`${subjectOf(facts)} ${predicate}`, result.message, ...facts.problems) }
}

function endingOfDenial(
  { code, said, wasAccepted }: Extract<Outcome, { kind: 'denied' }>,
  facts: Facts,
): Ending {
  const words = said === '' ? `exit code ${code}` : said
  if (wasAccepted)
    return { status: 'failed', message: `The host no longer knows deploy ${facts.request.id}: ${words}` }
  const status = statusOfCode(code)
  return {
    status,
    message: `${subjectOf(facts)} ${status === 'refused' ? 'was refused' : 'failed'}: ${words}`,
  }
}

/** The later deploy's verdict is taken over, and an end of it that is good is the good end of ours. */
export function endingOfSuccessor(outcome: Outcome, id: string, facts: Facts): Ending {
  const subject = `${subjectOf(facts)} was superseded by deploy ${id}`
  if (outcome.kind === 'denied')
    return { status: 'failed', message: `${subject}, which the host does not know.` }
  const { result } = outcome
  const verdict = verdictOf(result)
  if (verdict.kind === 'bad') return { status: 'failed', message: `${subject}. ${verdict.why}` }
  const message = sentences(
    `${subject}: ${shortOf(result.rev)} ${PREDICATES[verdict.status]}`,
    result.message,
  )
  return { status: result.exitCode === 0 ? 'superseded' : verdict.status, message }
}

/** Without a name there is nothing whose verdict could be taken over. */
export function endingOfNoSuccessor(id: string, facts: Facts): Ending {
  const message = `${subjectOf(facts)} was superseded, but the host did not say by what: '${id}' is no later deploy.`
  return { status: 'failed', message }
}

/** The commit stands, but the host is not on the new system. */
export function endingOfReboot(problem: string, ending: Ending): Ending {
  return { status: 'failed', message: sentences(ending.message, problem) }
}

/** Nobody knows how it ends: what was seen last, and what the host does without us. */
export function endingUnseen(why: LetGo['why'], facts: Facts): Ending {
  const isCanceled = why === 'canceled'
  if (!facts.wasSent && isCanceled)
    return { status: 'aborted', message: 'Canceled before anything was asked of the host.' }
  const reason = isCanceled ? 'The run was canceled' : "The 'timeout' is over"
  const trouble = facts.trouble === undefined ? '' : `The connection is lost: ${facts.trouble}`
  return {
    status: isCanceled || trouble !== '' || !facts.wasSent ? 'unreachable' : 'failed',
    message: sentences(`${reason}, and ${unseenOf(facts)}`, trouble, ...facts.problems),
    ...hintOf(facts),
  }
}

function hintOf(facts: Facts): { hint?: string } {
  const canLook = facts.wasSent && facts.protocol === 'vps-deploy'
  return canLook ? { hint: `See how it went on: ${lookOf(facts)}` } : {}
}

/** The command that shows a deploy from its first event on. */
export function lookOf({ ssh, request }: Facts): string {
  return `${ssh} attach ${request.id} 0`
}

function unseenOf(facts: Facts): string {
  const { ledger, request, isConfirmed, wasSent } = facts
  if (!wasSent) return 'the host was not reached.'
  if (facts.protocol === 'plain') return 'the forced command had not ended: whether it runs on is unknown.'
  if (ledger.result !== undefined)
    return `the host has not come back from its reboot. ${subjectOf(facts)} is committed.`
  if (isConfirmed)
    return `deploy ${request.id} goes on on the host: it is confirmed, and the host finishes the commit.`
  return `deploy ${request.id} is left to the host${aloneOf(facts)}`
}

function aloneOf({ ledger, request }: Facts): string {
  const { accepted, awaiting } = ledger
  if (accepted === undefined) return ', which has not said that it accepted it.'
  const deadline = awaiting?.deadline ?? accepted.deadline
  const seen = hasActivated(ledger)
    ? '. The activation had begun:'
    : '. The activation was not seen to begin:'
  if (request.confirmSeconds === 0) return `${seen} its own checks decide, until ${deadline}.`
  return `${seen} without a confirmation the host rolls back by itself, at ${deadline} at the latest.`
}

function subjectOf({ request, hello, host }: Facts): string {
  const { configuration = '' } = hello ?? {}
  return `${shortOf(request.rev)} on ${configuration === '' ? host : `${configuration} (${host})`}`
}

/** Short enough to read, long enough to find. */
function shortOf(rev: string): string {
  return rev.slice(0, 12)
}

function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ')
}
