import { ConnectError } from '../shared/errors.ts'
import type { Exit, Session } from '../shared/ports.ts'
import { ask, wordsOf, type Answer } from './ask.ts'
import type { ConnectWorld } from './connect.ts'
import { parseObject } from '../shared/json.ts'
import { Pauses, REACH_MS } from './pauses.ts'
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

/** After an attempt that came through, or that somebody noticed. */
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
  return decide({ request: requests.confirm(id, nonce), isGranted: isConfirmed, isRefused }, world, signal)
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
  const deciding = { request, isGranted: isAborted, isRefused }
  if (session !== undefined) {
    const answer = await ask(session, request, { clock: world.clock, signal })
    const decision = decisionOf(answer, deciding)
    if (decision !== undefined) return decision
  }
  return decide(deciding, world, signal)
}

/** 81 and 83 are the exit codes of an aborted deploy. */
function isAborted({ exit }: Answer): boolean {
  return exit.kind === 'exited' && [0, 81, 83].includes(exit.code)
}

/**
 * Has the host reboot, over connections of its own. It reboots once for a deploy: after an answer that got lost, a
 * refusal means that it does, and so does a host that no longer lets us in. Rejects with the signal's reason.
 */
export async function askToReboot(id: string, world: ConfirmWorld, signal: AbortSignal): Promise<Decision> {
  // Of any answer, so far.
  const was = { lost: false }
  const decision = await decide(
    {
      request: requests.reboot(id),
      isGranted: ({ exit }) => {
        was.lost ||= !isAnswer(exit)
        return isAnswer(exit) && (exit.code === 0 || was.lost)
      },
      isRefused: ({ exit }) => isAnswer(exit),
    },
    world,
    signal,
  )
  return was.lost ? { kind: 'granted' } : decision
}

/** 255 is ssh's own word for a connection that broke. */
function isAnswer(exit: Exit): exit is Extract<Exit, { kind: 'exited' }> {
  return exit.kind === 'exited' && exit.code !== 255
}

interface Deciding {
  readonly request: string
  readonly isGranted: (answer: Answer) => boolean
  readonly isRefused: (answer: Answer) => boolean
}

function isRefused({ exit }: Answer): boolean {
  return exit.kind === 'exited' && isRefusal(exit.code)
}

async function decide(deciding: Deciding, world: ConfirmWorld, signal: AbortSignal): Promise<Decision> {
  const pauses = new Pauses(world.random, PAUSES)
  for (;;) {
    signal.throwIfAborted()
    const decision = await decideOnce(deciding, world, signal)
    if (decision.kind !== 'unreachable') return decision
    await world.clock.sleep(pauses.after(decision), signal)
  }
}

/** The host has not said. */
interface Undecided {
  readonly kind: 'unreachable'
  readonly isUnnoticed: boolean
}

async function decideOnce(
  deciding: Deciding,
  world: ConfirmWorld,
  signal: AbortSignal,
): Promise<Decision | Undecided> {
  try {
    const dialing = { timeoutMs: world.connectTimeoutMs, reachMs: REACH_MS, signal }
    await using session = await world.dial(dialing)
    const answer = await ask(session, deciding.request, { clock: world.clock, signal })
    const decision = decisionOf(answer, deciding)
    if (decision !== undefined) return decision
    signal.throwIfAborted()
    world.log.info(`No answer yet, ${wordsOf(answer)}. Asking again …`)
    return { kind: 'unreachable', isUnnoticed: false }
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    if (error.kind !== 'unreachable') return { kind: 'shut-out', why: error.message }
    world.log.info(`${error.message} Trying again …`)
    return { kind: 'unreachable', isUnnoticed: error.isUnnoticed }
  }
}

function decisionOf(answer: Answer, { isGranted, isRefused }: Deciding): Decision | undefined {
  if (isGranted(answer)) return { kind: 'granted' }
  return isRefused(answer) ? { kind: 'refused', why: wordsOf(answer) } : undefined
}
