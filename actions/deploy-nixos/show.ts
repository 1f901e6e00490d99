import { showClosure } from '../shared/packagewords.ts'
import type { Log } from '../shared/ports.ts'
import { annotationOf } from './annotations.ts'
import { failedUnitWords, unitLists } from './changes.ts'
import type { Event, EventOf, LogText, Phase, Units } from './events.ts'

/** What the phases of protocol 1 do; one of a newer host is shown by its name. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ['fetch', 'Fetch the repository'],
  ['verify', 'Verify the commit'],
  ['resolve', 'Resolve the commit to a system'],
  ['build', 'Build or fetch the system'],
  ['diff', 'Compare with the running system'],
  ['check', 'Check before the activation'],
  ['arm', 'Arm the rollback'],
  ['activate', 'Activate'],
  ['boot', 'Wait for the boot to come to its end'],
  ['settle', 'Wait for the units to settle'],
  ['confirm', 'Confirm'],
  ['commit', 'Commit'],
  ['rollback', 'Roll back'],
])

export function titleOf(phase: string): string {
  return TITLES.get(phase) ?? phase
}

/** Shows events in the step's log, a group for each phase. */
export function viewer(log: Log): (event: Event) => void {
  let isOpen = false
  return (event) => {
    // Without an end of its last phase, the host's last words would be hidden in its group.
    if (event.type === 'result' && isOpen) log.endGroup()
    if (event.type === 'phase') isOpen = event.state === 'start'
    const show = SHOW[event.type] as (event: Event, log: Log) => void
    show(event, log)
  }
}

const SHOW: { readonly [T in Event['type']]: (event: EventOf<T>, log: Log) => void } = {
  accepted: ({ configuration, version, id, deadline }, log) => {
    log.info(
      `Accepted by ${configuration} (vps-deploy ${version}) as ${id}; the host's own deadline is ${deadline}.`,
    )
  },
  queued: ({ position }, log) => {
    log.info(`Queued behind other deploys, at position ${position ?? 'unknown'}.`)
  },
  phase: showPhase,
  log: showLog,
  diff: ({ diff }, log) => {
    showClosure(diff, log)
  },
  units: showUnits,
  'awaiting-confirm': ({ deadline, secondsLeft }, log) => {
    const time = secondsLeft === undefined ? `at ${deadline}` : `in ${secondsLeft} s (at ${deadline})`
    log.info(`The new system runs. The host rolls back ${time} unless it is confirmed.`)
  },
  warning: ({ text, dropped }, log) => {
    log.warning(dropped === undefined ? text : `${text} (${dropped} dropped)`)
  },
  result: () => undefined,
  unknown: () => undefined,
}

function showPhase({ name, state }: Phase, log: Log): void {
  if (state === 'start') log.group(titleOf(name))
  else log.endGroup()
}

function showLog({ text, error }: LogText, log: Log): void {
  log.host(`${text}\n`)
  if (error !== undefined) log.error(error.message, annotationOf(error))
}

function showUnits({ changed, newFailed }: Units, log: Log): void {
  for (const [what, names] of unitLists(changed)) log.info(`Units ${what}: ${names.join(', ')}`)
  for (const unit of newFailed) log.error(`Unit newly failed: ${failedUnitWords(unit)}`)
}
