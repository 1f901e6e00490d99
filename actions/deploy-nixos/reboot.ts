import { ask, wordsOf, type Answer } from './ask.ts'
import type { Link } from './connect.ts'
import type { Result } from './events.ts'
import { requests } from './request.ts'
import { parseStatus, type HostStatus } from './status.ts'
import type { Deployment } from './world.ts'

const PAUSE_MS = 3_000

/** Whether a committed system is only whole after a reboot. */
export function needsReboot({ mode, status, rebootRequired }: Result): boolean {
  if (mode !== 'switch' && mode !== 'boot') return false
  return status === 'scheduled' || (['deployed', 'unchanged'].includes(status) && rebootRequired.length > 0)
}

export interface Rebooting {
  readonly deployment: Deployment
  readonly link: Link
  /** Store path of the system that must be booted in the end. */
  readonly system: string
}

/**
 * Reboots the host and waits until it is back on the new system. Rejects with the signal's reason.
 * @returns what went wrong, in a sentence; `undefined` = it is back
 */
export async function reboot(rebooting: Rebooting, signal: AbortSignal): Promise<string | undefined> {
  const { facts, world } = rebooting.deployment
  const before = await statusOf(rebooting, signal)
  for (let status = before; status.booted !== rebooting.system; status = await statusOf(rebooting, signal)) {
    if (status.bootId !== before.bootId)
      return `The host came back, but on ${status.booted || 'an unknown system'}.`
    const refusal = await requestOnce(rebooting, signal)
    if (refusal !== undefined) return `The host refused to reboot: ${refusal}.`
    await world.clock.sleep(PAUSE_MS, signal)
  }
  facts.reboot = 'done'
  world.log.info('The host is back on the new system.')
  return undefined
}

/** Asks until there is an answer. The host reboots once for a deploy: only the first refusal is one. */
async function requestOnce(rebooting: Rebooting, signal: AbortSignal): Promise<string | undefined> {
  const { facts, world } = rebooting.deployment
  if (facts.reboot === 'taken') return undefined
  const answer = await askThrough(rebooting, requests.reboot(facts.request.id), signal)
  if (facts.reboot === 'none' && isRefused(answer)) return wordsOf(answer)
  facts.reboot = answer.exit.kind === 'lost' ? 'asked' : 'taken'
  world.log.info('The host reboots; waiting for it to come back …')
  return undefined
}

async function statusOf(rebooting: Rebooting, signal: AbortSignal): Promise<HostStatus> {
  for (;;) {
    const { exit, stdout } = await askThrough(rebooting, requests.status(), signal)
    const status = exit.kind === 'exited' && exit.code === 0 ? parseStatus(stdout) : undefined
    if (status !== undefined) return status
    await rebooting.deployment.world.clock.sleep(PAUSE_MS, signal)
  }
}

async function askThrough(
  { deployment, link }: Rebooting,
  request: string,
  signal: AbortSignal,
): Promise<Answer> {
  const session = await link.open(signal)
  const answer = await ask(session, request, { clock: deployment.world.clock, signal })
  signal.throwIfAborted()
  if (answer.exit.kind === 'lost') await link.drop(answer.exit.reason)
  return answer
}

function isRefused({ exit }: Answer): boolean {
  return exit.kind === 'exited' && exit.code !== 0
}
