import { fitList, fitLists, type Fit } from '../shared/fit.ts'
import type { Result } from './events.ts'
import { revOf, type Facts } from './facts.ts'
import type { Status } from './verdict.ts'

export interface Outputs {
  /** Every output of the action; `''` = not known. */
  readonly values: Readonly<Record<string, string>>
  /** What was cut, in sentences. */
  readonly problems: readonly string[]
}

export function outputsOf(
  facts: Facts,
  { status, durationMs }: { status: Status; durationMs: number },
): Outputs {
  const { request } = facts
  const lists = Object.entries(listsOf(facts))
  return {
    values: {
      status,
      'deploy-id': facts.protocol === 'plain' ? '' : request.id,
      rev: commitOf(facts),
      ...ofResult(facts),
      ...Object.fromEntries(lists.map(([name, fit]) => [name, fit?.json ?? ''])),
      duration: String(Math.round(durationMs / 1_000)),
    },
    problems: lists.flatMap(([name, fit]) => (fit === undefined ? [] : problemOf(name, fit))),
  }
}

function listsOf(facts: Facts): Readonly<Record<string, Fit | undefined>> {
  const { own, trial } = facts
  const { diff } = own.ledger
  const units = own.ledger.units ?? trial?.ledger.units
  const failed = finalResultOf(facts)?.newFailedUnits
  return {
    'failed-units': failed && fitList(failed),
    'changed-units': units && fitLists({ ...units.changed }, {}),
    'closure-diff':
      diff &&
      fitLists(
        { added: diff.added, removed: diff.removed, changed: diff.changed },
        { sizeBytes: diff.sizeBytes },
      ),
  }
}

function problemOf(name: string, { omitted }: Fit): readonly string[] {
  if (omitted === 0) return []
  return [`The output '${name}' would be too large: ${omitted} entries are left out of it. The log has them.`]
}

/** Of the later deploy, if that took over, else of the trial boot, if there was one. */
export function finalResultOf({ own, successor, trial }: Facts): Result | undefined {
  return successor?.ledger.result ?? trial?.ledger.result ?? own.ledger.result
}

/** A system may name its commit in words, or as one with local changes: that is none to go on with. */
function commitOf(facts: Facts): string {
  const rev = revOf(facts)
  return /^[0-9a-f]{40}$/.test(rev) ? rev : ''
}

/** The words that the host's result decides. */
export function ofResult(facts: Facts) {
  const result = finalResultOf(facts)
  return {
    system: wordOf(result?.system),
    'previous-system': wordOf(result?.previousSystem),
    generation: wordOf(result?.generation),
    'reboot-required': wordOf(result && needsReboot(result, facts)),
  }
}

function needsReboot({ rebootRequired }: Result, { reboot }: Facts): boolean {
  return rebootRequired.length > 0 && reboot !== 'done'
}

/** No path is longer. */
const MAX_WORD = 4_096

function wordOf(value: string | number | boolean | undefined): string {
  const word = value === undefined ? '' : String(value)
  return word.length > MAX_WORD ? '' : word
}
