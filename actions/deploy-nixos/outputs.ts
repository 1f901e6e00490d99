import type { Result } from './events.ts'
import type { Facts } from './facts.ts'
import type { Status } from './verdict.ts'

/** Every output of the action; `''` = not known. */
export function outputsOf(facts: Facts, { status, durationMs }: { status: Status; durationMs: number }) {
  const { request, own, trial } = facts
  const { diff } = own.ledger
  const units = own.ledger.units ?? trial?.ledger.units
  return {
    status,
    'deploy-id': facts.protocol === 'plain' ? '' : request.id,
    rev: request.rev,
    ...ofResult(facts),
    'changed-units': jsonOf(units?.changed),
    'closure-diff': jsonOf(diff),
    duration: String(Math.round(durationMs / 1_000)),
  }
}

/** Of the later deploy, if that took over, else of the trial boot, if there was one. */
export function finalResultOf({ own, successor, trial }: Facts): Result | undefined {
  return successor?.ledger.result ?? trial?.ledger.result ?? own.ledger.result
}

/** The outputs that the host's result decides. */
export function ofResult(facts: Facts) {
  const result = finalResultOf(facts)
  return {
    system: wordOf(result?.system),
    'previous-system': wordOf(result?.previousSystem),
    generation: wordOf(result?.generation),
    'reboot-required': wordOf(result && needsReboot(result, facts)),
    'failed-units': jsonOf(result?.newFailedUnits),
  }
}

function needsReboot({ rebootRequired }: Result, { reboot }: Facts): boolean {
  return rebootRequired.length > 0 && reboot !== 'done'
}

function wordOf(value: string | number | boolean | undefined): string {
  return value === undefined ? '' : String(value)
}

function jsonOf(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value)
}
