/** Last words: a sentence or two that say what happened, and never more than was seen. */
import { doubtOf, EXPECTED_OF_SUCCESSOR, expectedOf, type Expected } from './credibility.ts'
import type { Result } from './events.ts'
import { revOf, type Facts } from './facts.ts'
import type { Outcome } from './follow.ts'
import { isGreen, statusOfCode, verdictOf, type Status, type Verdict } from './verdict.ts'
import type { Watched } from './watched.ts'

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

const ROLLBACK_PREDICATES: Readonly<Record<Status, string>> = {
  ...PREDICATES,
  unchanged: 'changed nothing: the system before is the current one.',
  'rolled-back': 'was undone.',
  refused: 'was refused.',
  failed: 'failed.',
}

export function endingOf(outcome: Outcome, facts: Facts): Ending {
  return outcome.kind === 'result' ? endingOfResult(outcome.result, facts) : endingOfDenial(outcome, facts)
}

function endingOfResult(result: Result, facts: Facts): Ending {
  const verdict = judged(result, facts.own, expectedOf(facts.request))
  if (verdict.kind === 'bad') return { status: 'failed', sentence: verdict.why, details: [] }
  if (verdict.kind === 'doubtful') return endingOfDoubt(verdict.why, result, facts)
  const { status } = verdict
  const details = said(...facts.problems, result.message)
  return { status, sentence: sentenceOf(status, facts), details }
}

/** The verdict of a result, as far as it can be believed. */
export function judged(result: Result, watched: Watched, expected: Expected): Verdict {
  const verdict = verdictOf(result)
  if (verdict.kind !== 'status' || !isGreen(verdict.status)) return verdict
  const why = doubtOf({ ...result, status: verdict.status }, watched, expected)
  return why === undefined ? verdict : { kind: 'doubtful', why }
}

export function endingOfDoubt(why: string, { status, message }: Result, facts: Facts): Ending {
  return {
    status: 'failed',
    sentence: `${subjectOf(facts)} ended as '${status}', which does not count as a good end.`,
    details: said(why, ...facts.problems, message),
    hint: `Look at the host itself: ${facts.ssh} status`,
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
  return { status, sentence: sentenceOf(status, facts), details }
}

/** The later deploy's verdict is taken over, and an end of it that is good is the good end of ours. */
export function endingOfSuccessor(outcome: Outcome, successor: Watched, facts: Facts): Ending {
  const subject = `${subjectOf(facts)} was superseded by deploy ${successor.id}`
  if (outcome.kind === 'denied')
    return {
      status: 'failed',
      sentence: `${subject}, which the host does not know.`,
      details: said(outcome.words),
    }
  const { result } = outcome
  const verdict = judged(result, successor, EXPECTED_OF_SUCCESSOR)
  if (verdict.kind !== 'status') return { status: 'failed', sentence: `${subject}.`, details: [verdict.why] }
  if (isGreen(verdict.status) && (isRollback(facts) || !deploysLater(result)))
    return {
      status: 'failed',
      sentence: `${subject}, which does not contain it.`,
      details: said(result.message),
    }
  const sentence = `${subject}: ${shortOf(result.rev)} ${PREDICATES[verdict.status]}`
  const status = isGreen(verdict.status) ? 'superseded' : verdict.status
  return { status, sentence, details: said(result.message) }
}

/** A trial boot is called off by whatever comes before it: a test, or the way back to an older system. */
function deploysLater({ kind, mode, rev }: Result): boolean {
  return mode === 'switch' && kind !== 'rollback' && rev !== ''
}

/** Without a name there is nothing whose verdict could be taken over. */
export function endingOfNoSuccessor(id: string, facts: Facts): Ending {
  const sentence = `${subjectOf(facts)} was superseded, but the host did not say by what.`
  return { status: 'failed', sentence, details: [`'${id}' is no later deploy.`] }
}

/** Whatever the result was, it is over: the host runs the new system, or there is a problem. */
export function endingOfReboot(problem: string | undefined, facts: Facts): Ending {
  if (problem === undefined)
    return {
      status: 'deployed',
      sentence: sentenceOf('deployed', facts),
      details: ['The host was rebooted and runs it.'],
    }
  const sentence = `${subjectOf(facts)} is committed, but not booted.`
  return { status: 'failed', sentence, details: [problem] }
}

/** All of it, for the log. */
export function messageOfEnding({ sentence, details }: Ending): string {
  return [sentence, ...details].join(' ')
}

/** The command that shows a deploy from its first event on; of one that is tried at a boot, that boot. */
export function lookOf({ ssh, own, trial }: Facts): string {
  const isTried = trial !== undefined && trial.boot !== 'none'
  return `${ssh} attach ${isTried ? trial.id : own.id} 0`
}

/** That it ended with this status. Going back by hand is not what the status `rolled-back` says. */
export function sentenceOf(status: Status, facts: Facts): string {
  if (isRollback(facts)) return rollbackSentenceOf(status, facts)
  const isForNow = status === 'deployed' && facts.request.mode === 'test'
  return `${commitOf(facts)} ${isForNow ? 'is deployed for a test.' : PREDICATES[status]}`
}

function rollbackSentenceOf(status: Status, facts: Facts): string {
  if (status !== 'deployed') return `${rollbackOf(facts)} ${ROLLBACK_PREDICATES[status]}`
  const rev = revOf(facts)
  return `${facts.place} is back on the system before${rev === '' ? '' : `, ${shortOf(rev)}`}.`
}

export function isRollback({ request }: Facts): boolean {
  return request.mode === 'rollback'
}

/** `95a89711a27f on vps-arm (example.org)`; begins a sentence. */
export function subjectOf(facts: Facts): string {
  return isRollback(facts) ? rollbackOf(facts) : commitOf(facts)
}

function commitOf({ request, place }: Facts): string {
  return `${shortOf(request.rev)} on ${place}`
}

function rollbackOf({ place }: Facts): string {
  return `The rollback on ${place}`
}

/** The same within a sentence. */
export function objectOf(facts: Facts): string {
  return subjectOf(facts).replace(/^The /, 'the ')
}

/** Short enough to read, long enough to find. */
export function shortOf(rev: string): string {
  return rev.slice(0, 12)
}

/** Without the empty ones. */
export function said(...parts: readonly string[]): readonly string[] {
  return parts.filter((part) => part !== '')
}
