/** Last words: a sentence or two that say what happened, and never more than was seen. */
import type { Result } from './events.ts'
import type { Facts } from './facts.ts'
import type { Outcome } from './follow.ts'
import { hasActivated } from './ledger.ts'
import type { LetGo } from './limits.ts'
import { isGreen, statusOfCode, verdictOf, type Status } from './verdict.ts'

export interface Ending {
  readonly status: Status
  /** What happened. */
  readonly sentence: string
  /** What the host and the runner said about it; may have several lines. */
  readonly details: readonly string[]
  readonly hint?: string
}

const PREDICATES: Readonly<Record<Status, string>> = {
  deployed: 'is deployed.',
  unchanged: 'was deployed already.',
  planned: 'was planned only.',
  scheduled: 'becomes active at the next boot.',
  superseded: 'was superseded by a later deploy.',
  'rolled-back': 'was rolled back.',
  aborted: 'was stopped before its activation.',
  failed: 'failed to deploy.',
  refused: 'was refused.',
  unreachable: 'has an unknown end.',
}

export function endingOf(outcome: Outcome, facts: Facts): Ending {
  return outcome.kind === 'result' ? endingOfResult(outcome.result, facts) : endingOfDenial(outcome, facts)
}

function endingOfResult(result: Result, facts: Facts): Ending {
  const verdict = verdictOf(result)
  if (verdict.kind === 'bad') return { status: 'failed', sentence: verdict.why, details: [] }
  const { status } = verdict
  const isForNow = status === 'deployed' && result.mode === 'test'
  const predicate = isForNow ? 'is deployed for a test.' : PREDICATES[status]
  return {
    status,
    sentence: `${subjectOf(facts)} ${predicate}`,
    details: said(...facts.problems, result.message),
  }
}

function endingOfDenial(
  { code, words, wasAccepted }: Extract<Outcome, { kind: 'denied' }>,
  facts: Facts,
): Ending {
  const details = said(words || `exit code ${code}`)
  if (wasAccepted)
    return { status: 'failed', sentence: `The host no longer knows deploy ${facts.request.id}.`, details }
  const status = statusOfCode(code)
  return { status, sentence: `${subjectOf(facts)} ${PREDICATES[status]}`, details }
}

/** The later deploy's verdict is taken over, and an end of it that is good is the good end of ours. */
export function endingOfSuccessor(outcome: Outcome, id: string, facts: Facts): Ending {
  const subject = `${subjectOf(facts)} was superseded by deploy ${id}`
  if (outcome.kind === 'denied')
    return {
      status: 'failed',
      sentence: `${subject}, which the host does not know.`,
      details: said(outcome.words),
    }
  const { result } = outcome
  const verdict = verdictOf(result)
  if (verdict.kind === 'bad') return { status: 'failed', sentence: `${subject}.`, details: [verdict.why] }
  const sentence = `${subject}: ${shortOf(result.rev)} ${PREDICATES[verdict.status]}`
  const status = isGreen(verdict.status) ? 'superseded' : verdict.status
  return { status, sentence, details: said(result.message) }
}

/** Without a name there is nothing whose verdict could be taken over. */
export function endingOfNoSuccessor(id: string, facts: Facts): Ending {
  const sentence = `${subjectOf(facts)} was superseded, but the host did not say by what.`
  return { status: 'failed', sentence, details: [`'${id}' is no later deploy.`] }
}

/** Whatever the result was, it is over: the host runs the new system, or there is a problem. */
export function endingOfReboot(problem: string | undefined, facts: Facts): Ending {
  const subject = subjectOf(facts)
  if (problem === undefined)
    return {
      status: 'deployed',
      sentence: `${subject} is deployed.`,
      details: ['The host was rebooted and runs it.'],
    }
  return { status: 'failed', sentence: `${subject} is committed, but not booted.`, details: [problem] }
}

/** Nobody knows how it ends: what was seen last, and what the host does without us. */
export function endingUnseen(why: LetGo['why'], facts: Facts): Ending {
  const isCanceled = why === 'canceled'
  if (!facts.wasSent && isCanceled)
    return { status: 'aborted', sentence: 'Canceled before anything was asked of the host.', details: [] }
  const reason = isCanceled ? 'The run was canceled' : "The 'timeout' is over"
  const trouble = facts.trouble === undefined ? '' : `The connection is lost: ${facts.trouble}`
  return {
    status: isCanceled || trouble !== '' || !facts.wasSent ? 'unreachable' : 'failed',
    sentence: `${reason}, and ${unseenOf(facts)}`,
    details: said(aloneOf(facts), trouble, ...facts.problems),
    ...hintOf(facts),
  }
}

function hintOf(facts: Facts): { hint?: string } {
  const canLook = facts.wasSent && facts.protocol === 'vps-deploy'
  return canLook ? { hint: `See how it went on: ${lookOf(facts)}` } : {}
}

/** All of it, for the log. */
export function messageOfEnding({ sentence, details }: Ending): string {
  return [sentence, ...details].join(' ')
}

/** The command that shows a deploy from its first event on. */
export function lookOf({ ssh, request }: Facts): string {
  return `${ssh} attach ${request.id} 0`
}

function unseenOf(facts: Facts): string {
  const { ledger, request, isConfirmed, wasSent, successor } = facts
  if (!wasSent) return 'the host was not reached.'
  if (facts.protocol === 'plain') return 'the forced command had not ended: whether it runs on is unknown.'
  if (successor !== undefined)
    return `the end of deploy ${successor.id}, which superseded this one, was not seen.`
  if (ledger.result !== undefined)
    return `${subjectOf(facts)} is committed, but the host is not back from its reboot.`
  if (isConfirmed)
    return `deploy ${request.id} goes on on the host: it is confirmed, and the host finishes it.`
  return `deploy ${request.id} is left to the host.`
}

/** What the host does without us, as far as it is known. */
function aloneOf(facts: Facts): string {
  const { ledger, request } = facts
  if (!isUndecided(facts)) return ''
  if (ledger.accepted === undefined) return 'It has not said that it accepted it.'
  const seen = hasActivated(ledger) ? 'The activation had begun.' : 'The activation was not seen to begin.'
  const deadline = ledger.awaiting?.deadline ?? ledger.accepted.deadline
  if (request.confirmSeconds === 0) return `${seen} The host's own checks decide, until ${deadline}.`
  return `${seen} Without a confirmation the host rolls back by itself, at ${deadline} at the latest.`
}

function isUndecided({ wasSent, protocol, isConfirmed, ledger }: Facts): boolean {
  return wasSent && protocol === 'vps-deploy' && !isConfirmed && ledger.result === undefined
}

function subjectOf({ request, place }: Facts): string {
  return `${shortOf(request.rev)} on ${place}`
}

/** Short enough to read, long enough to find. */
export function shortOf(rev: string): string {
  return rev.slice(0, 12)
}

function said(...parts: readonly string[]): readonly string[] {
  return parts.filter((part) => part !== '')
}
