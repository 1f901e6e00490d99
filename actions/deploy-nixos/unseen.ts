/** Last words about a deploy whose end was not seen: what was seen last, and what the host does without us. */
import { formatDuration } from '../shared/duration.ts'
import { lookOf, objectOf, said, type Ending } from './ending.ts'
import type { Facts, Trial } from './facts.ts'
import { hasActivated } from './ledger.ts'
import type { LetGo } from './limits.ts'
import type { Watched } from './watched.ts'

/** Nobody knows how it ends. `nowMs` is our own clock's. */
export function endingUnseen(why: LetGo['why'], facts: Facts, nowMs: number): Ending {
  const isCanceled = why === 'canceled'
  if (!facts.wasSent && isCanceled)
    return { status: 'aborted', sentence: 'Canceled before anything was asked of the host.', details: [] }
  const reason = isCanceled ? 'The run was canceled' : "The 'timeout' is over"
  const trouble = facts.trouble === undefined ? '' : `The connection is lost: ${facts.trouble}`
  return {
    status: isCanceled || trouble !== '' || !facts.wasSent ? 'unreachable' : 'failed',
    sentence: `${reason}, and ${unseenOf(facts)}`,
    details: said(aloneOf(facts, nowMs), trouble, ...facts.problems),
    ...hintOf(facts),
  }
}

function hintOf(facts: Facts): { hint?: string } {
  const canLook = facts.wasSent && facts.protocol === 'vps-deploy'
  return canLook ? { hint: `See how it went on: ${lookOf(facts)}` } : {}
}

function unseenOf(facts: Facts): string {
  const { own, wasSent, successor, trial } = facts
  if (!wasSent) return 'the host was not reached.'
  if (facts.protocol === 'plain') return 'the forced command had not ended: whether it runs on is unknown.'
  if (successor !== undefined)
    return `the end of deploy ${successor.id}, which superseded this one, was not seen.`
  if (trial !== undefined) return unseenTrialOf(trial, facts)
  if (own.ledger.result !== undefined)
    return `${objectOf(facts)} is committed, but the host is not back from its reboot.`
  if (own.isConfirmed)
    return `deploy ${own.id} goes on on the host: it is confirmed, and the host finishes it.`
  return `deploy ${own.id} is left to the host.`
}

function unseenTrialOf(trial: Trial, facts: Facts): string {
  const subject = objectOf(facts)
  if (isAhead(trial)) return `${subject} stays scheduled: the host was not asked to reboot.`
  if (trial.isConfirmed)
    return `the trial boot of ${subject} goes on on the host: it is confirmed, and the host finishes it.`
  return `the trial boot of ${subject} is left to the host.`
}

function isAhead({ boot, ledger }: Trial): boolean {
  return boot === 'none' && ledger.spans.length === 0
}

/** What the host does without us, as far as it is known. */
function aloneOf(facts: Facts, nowMs: number): string {
  const { successor, trial, wasSent, protocol } = facts
  if (!wasSent || protocol === 'plain' || successor !== undefined) return ''
  return trial === undefined ? ownAloneOf(facts, nowMs) : trialAloneOf(trial, facts, nowMs)
}

function ownAloneOf({ own, request }: Facts, nowMs: number): string {
  if (own.isConfirmed || own.ledger.result !== undefined) return ''
  if (own.ledger.accepted === undefined) return 'It has not said that it accepted it.'
  const seen = hasActivated(own.ledger)
    ? 'The activation had begun.'
    : 'The activation was not seen to begin.'
  const deadline = deadlineOf(own, own.ledger.awaiting ?? own.ledger.accepted, nowMs)
  if (request.confirmSeconds === 0) return `${seen} The host's own checks decide, ${deadline}.`
  return `${seen} Without a confirmation the host rolls back by itself, ${deadline}.`
}

function trialAloneOf(trial: Trial, { request }: Facts, nowMs: number): string {
  if (trial.isConfirmed) return ''
  if (isAhead(trial))
    return 'It is the entry of the next boot only; unless that is confirmed, the host goes back to the old system by itself.'
  if (request.confirmSeconds === 0) return "The host's own checks decide."
  // Before the boot nobody knows when its time begins.
  const { awaiting } = trial.ledger
  const deadline = awaiting === undefined ? '' : `, ${deadlineOf(trial, awaiting, nowMs)}`
  return `Without a confirmation the host goes back to the old system by itself${deadline}.`
}

/** By our own clock first: the host's may be wrong. */
function deadlineOf({ dueMs }: Watched, { deadline }: { deadline: string }, nowMs: number): string {
  const said = `${deadline} by its own clock`
  if (dueMs === undefined) return `at ${said} at the latest`
  const leftMs = dueMs - nowMs
  return `${leftMs > 0 ? `in ${formatDuration(leftMs)}` : 'now'} at the latest (${said})`
}
