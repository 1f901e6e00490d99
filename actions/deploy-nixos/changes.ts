import type { ChangedUnits, FailedUnit } from './events.ts'

/** `[["restarted", ["a.service"]], …]`, without empty lists. */
export function unitLists(units: ChangedUnits): readonly (readonly [string, readonly string[]])[] {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['restarted', units.restarted],
    ['reloaded', units.reloaded],
    ['started', units.started],
    ['stopped', units.stopped],
    ['not restarted', units.notRestarted],
  ]
  return lists.filter(([, names]) => names.length > 0)
}

/** `web.service (exit-code, status 1)`. */
export function failedUnitWords({ unit, result, exitStatus }: FailedUnit): string {
  const details = [result, exitStatus === '' ? '' : `status ${exitStatus}`].filter((part) => part !== '')
  return details.length === 0 ? unit : `${unit} (${details.join(', ')})`
}
