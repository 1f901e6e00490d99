/** What there is to say about a trial boot. */
import { ActionError } from '../shared/errors.ts'
import { expectedOfTrial } from './credibility.ts'
import { endingOfDoubt, judged, objectOf, said, sentenceOf, subjectOf, type Ending } from './ending.ts'
import type { Facts, Trial } from './facts.ts'
import type { Outcome } from './follow.ts'
import type { HostStatus } from './status.ts'
import { isGreen, type Status } from './verdict.ts'

/** What a person types who tries the system without the action. */
export function byHand({ ssh, own }: Facts, trial: Trial): readonly string[] {
  return [`${ssh} reboot ${own.id}`, `${ssh} attach ${trial.id} 0`, `${ssh} confirm ${trial.id} NONCE`]
}

const MEANING =
  'It is the entry of the next boot only, and the old system stays the default. It becomes the default when that boot is confirmed; otherwise the host goes back by itself.'

/** Scheduled, and left at that. */
export function endingOfSchedule(message: string, facts: Facts): Ending {
  return {
    status: 'scheduled',
    sentence: `${subjectOf(facts)} is tried at the next boot.`,
    details: said(MEANING, message),
  }
}

/** For the log of a step that leaves it at that. */
export function warningOfSchedule(facts: Facts, trial: Trial): string {
  const commands = byHand(facts, trial).map((line) => `'${line}'`)
  return `The new system only works from a boot on. ${MEANING} A deploy with 'reboot: when-required' boots and confirms it; by hand: ${commands.join(', ')} (with the nonce that attach shows).`
}

/** The host does not boot into the trial. */
export function refusalOf(
  why: string,
  status: HostStatus | undefined,
  { facts, trial }: { facts: Facts; trial: Trial },
): ActionError {
  const isArmed = status?.trial === trial.id
  const hint = isArmed
    ? `It is still the entry of the next boot. By hand: ${byHand(facts, trial).join(' · ')}`
    : `See what the next boot starts: ${facts.ssh} status`
  return new ActionError(
    `${subjectOf(facts)} was not tried: the host did not take the request to reboot (${why}).`,
    {
      hint,
    },
  )
}

export function endingOfTrial(outcome: Outcome, trial: Trial, facts: Facts): Ending {
  if (outcome.kind === 'denied') {
    const sentence = `The host does not know ${trial.id}, the trial boot of ${objectOf(facts)}.`
    return { status: 'failed', sentence, details: said(outcome.words) }
  }
  const { result } = outcome
  const verdict = judged(result, trial, expectedOfTrial(trial.system, facts.request.confirmSeconds))
  if (verdict.kind === 'bad') return { status: 'failed', sentence: verdict.why, details: [] }
  if (verdict.kind === 'doubtful') return endingOfDoubt(verdict.why, result, facts)
  const { status } = verdict
  const sentence = isGreen(status) ? sentenceOf(status, facts) : wordsOf(status, trial, facts)
  const good = isGreen(status) ? 'The host was rebooted to try it.' : ''
  return { status, sentence, details: said(good, ...facts.problems, result.message) }
}

/** Why it did not become the default, as far as that was seen. */
function wordsOf(status: Status, { ledger, isRejected }: Trial, facts: Facts): string {
  if (status === 'aborted') return `${subjectOf(facts)} was given up before its trial boot.`
  const subject = `The trial boot of ${objectOf(facts)}`
  if (status !== 'rolled-back') return `${subject} failed.`
  if (ledger.spans.every(({ name }) => name === 'rollback'))
    return `${subject} did not come up: the host runs the old system again.`
  const isUnanswered = ledger.awaiting !== undefined && !isRejected
  return `${subject} was not ${isUnanswered ? 'confirmed' : 'good'}: the host runs the old system again.`
}
