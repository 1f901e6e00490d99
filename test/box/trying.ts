// What the scenarios of trial boots share.
import { bootBox } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import { hostEvents, hostState, leftovers } from './deploying.ts'
import type { HostEvent, HostState } from './deploying.ts'
import { until } from './holder.ts'
import type { LoaderKind } from './loader.ts'
import { askAnew } from './sshclient.ts'

/** A deploy of another kernel, asked for over the protocol, and the trial it scheduled. */
export interface Scheduled {
  readonly box: Box
  readonly before: HostState
  readonly result: HostEvent
  /** The id of the deploy that tries it. */
  readonly trial: string
}

export const first = 'kernel-0001'

/** Only a boot makes this system real. */
export const newKernel: SystemSpec = { kernel: '6.13.0' }

export async function schedule(
  loader: LoaderKind,
  spec: SystemSpec = newKernel,
  confirmSeconds = 60,
): Promise<Scheduled> {
  const box = await bootBox({ loader })
  const before = await hostState(box)
  const rev = await box.commit({ ...newKernel, ...spec })
  await askAnew(box, `deploy ${first} ${rev} switch ${confirmSeconds} 300`)
  const result = await resultOf(box, first)
  return { box, before, result, trial: String(result['trial']) }
}

/** Boots the trial as a runner does. */
export async function reboot(box: Box): Promise<void> {
  const back = box.comesBack()
  const answer = await askAnew(box, `reboot ${first}`)
  if (answer.code !== 0) throw new Error(`The host did not reboot: ${answer.stderr}`)
  await back
}

/** The last event of a deploy, once it is there; the box may be on its way down or up meanwhile. */
export async function resultOf(box: Box, id: string): Promise<HostEvent> {
  return eventOf(box, id, 'result')
}

/** Waits for an event, over any number of reboots. */
export async function eventOf(box: Box, id: string, type: string): Promise<HostEvent> {
  let found: HostEvent | undefined
  await until(
    120_000,
    async () => {
      const events = await hostEvents(box, id).catch(() => [])
      found = events.findLast((event) => event.type === type)
      return found !== undefined
    },
    500,
  )
  if (found === undefined) throw new Error(`Deploy ${id} has no event ${type}:\n${await box.logs()}`)
  return found
}

/** Confirms a trial that waits for it. */
export async function confirm(box: Box, trial: string): Promise<void> {
  const { nonce } = await eventOf(box, trial, 'awaiting-confirm')
  const answer = await askAnew(box, `confirm ${trial} ${String(nonce)}`)
  if (answer.code !== 0) throw new Error(`Not confirmed: ${answer.stderr}`)
}

/** How a trial ended, and what is so on the host then. */
export interface TrialEnd {
  readonly status: unknown
  readonly exitCode: unknown
  readonly host: HostState
  readonly left: string
}

export async function endOfTrial({ box, trial }: Scheduled): Promise<TrialEnd> {
  const { status, exitCode } = await resultOf(box, trial)
  const left = await leftovers(box)
  return { status, exitCode, host: await hostState(box), left }
}

/** The old system was booted, and nothing is left of the trial. */
export function wentBack(before: HostState, exitCode = 81): TrialEnd {
  return { status: 'rolled-back', exitCode, host: { ...before, booted: before.default }, left: '' }
}
