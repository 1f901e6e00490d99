import { backoffMs } from '../shared/backoff.ts'
import { ConnectError } from '../shared/errors.ts'
import type { Session } from '../shared/ports.ts'
import { ask, wordsOf, type Answer } from './ask.ts'
import type { ConnectWorld } from './connect.ts'
import { parseObject } from './json.ts'
import { requests } from './request.ts'
import { isRefusal } from './verdict.ts'

export interface ConfirmWorld extends ConnectWorld {
  readonly connectTimeoutMs: number
}

/**
 * What became of a request that decides:
 * - `granted`: the host said so
 * - `refused`: it said no, with why
 * - `shut-out`: it no longer is who it was, or no longer lets us in
 */
export type Decision =
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'shut-out'; readonly why: string }

const PAUSES = { baseMs: 500, capMs: 5_000 }

/**
 * Confirms over connections of its own: only one that was opened after the activation proves that the new system can
 * be reached. An answer that got lost is asked for again, for the host gives the same one. Rejects with the signal's
 * reason.
 */
export function confirm(
  { id, nonce }: { id: string; nonce: string },
  world: ConfirmWorld,
  signal: AbortSignal,
): Promise<Decision> {
  return decide({ request: requests.confirm(id, nonce), isGranted: isConfirmed }, world, signal)
}

function isConfirmed({ exit, stdout }: Answer): boolean {
  return exit.kind === 'exited' && exit.code === 0 && parseObject(stdout)?.['confirmed'] === true
}

/**
 * Stops a deploy before its activation, or rolls it back after: over the open connection if there is one, else over
 * new ones. Rejects with the signal's reason.
 */
export async function abort(
  { id, session }: { id: string; session: Session | undefined },
  world: ConfirmWorld,
  signal: AbortSignal,
): Promise<Decision> {
  const request = requests.abort(id)
  if (session !== undefined) {
    const decision = decisionOf(await ask(session, request, { clock: world.clock, signal }), isAborted)
    if (decision !== undefined) return decision
  }
  return decide({ request, isGranted: isAborted }, world, signal)
}

/** 81 and 83 are the exit codes of an aborted deploy. */
function isAborted({ exit }: Answer): boolean {
  return exit.kind === 'exited' && [0, 81, 83].includes(exit.code)
}

interface Deciding {
  readonly request: string
  readonly isGranted: (answer: Answer) => boolean
}

async function decide(deciding: Deciding, world: ConfirmWorld, signal: AbortSignal): Promise<Decision> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    const decision = await decideOnce(deciding, world, signal)
    if (decision !== undefined) return decision
    await world.clock.sleep(backoffMs(attempt, PAUSES, world.random), signal)
  }
}

/** `undefined` = the host has not said. */
async function decideOnce(
  { request, isGranted }: Deciding,
  world: ConfirmWorld,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  try {
    await using session = await world.dial({ timeoutMs: world.connectTimeoutMs, signal })
    const answer = await ask(session, request, { clock: world.clock, signal })
    const decision = decisionOf(answer, isGranted)
    if (decision === undefined) world.log.info(`No answer yet, ${wordsOf(answer)}. Asking again …`)
    return decision
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    if (error.kind !== 'unreachable') return { kind: 'shut-out', why: error.message }
    world.log.info(`${error.message} Trying again …`)
    return undefined
  }
}

function decisionOf(answer: Answer, isGranted: Deciding['isGranted']): Decision | undefined {
  if (isGranted(answer)) return { kind: 'granted' }
  const isRefused = answer.exit.kind === 'exited' && isRefusal(answer.exit.code)
  return isRefused ? { kind: 'refused', why: wordsOf(answer) } : undefined
}
