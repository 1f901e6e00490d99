/** Looking at the checks of a commit, one provider and another: only at what can have changed since the last time. */
import { ActionError } from '../shared/errors.ts'
import { GitHubUnavailable, type Patience } from '../shared/github.ts'
import type { CheckRun } from './checkruns.ts'
import type { ChecksReader } from './checksreader.ts'
import { checksVerdict } from './checksverdict.ts'
import type { Step, Verdict } from './civerdict.ts'
import { EVALUATION, garnixVerdict, mayBeGarnix } from './garnixverdict.ts'

export interface Lookout {
  look(patience: Patience): Promise<Verdict>
  /** All runs that were seen and may count, as they were seen last. */
  seen(): readonly CheckRun[]
  /** How many requests the next look takes, as far as one can know. */
  cost(): number
  /** What else was in the way, for a failure. */
  trouble(): string | undefined
}

export interface Wanted {
  /** Names of checks. */
  readonly names: readonly string[]
  readonly appSlug: string | undefined
}

export function garnixLookout({ names, appSlug }: Wanted, reader: ChecksReader): Lookout {
  const seen = new Map<number, CheckRun>()
  let verdict: Verdict | undefined
  const read = async (some: readonly string[], patience: Patience): Promise<void> => {
    // A link may lead to where the instance's token is sent, and a text to the path: those of others are not looked at.
    for (const run of await reader.runs(some, patience)) if (mayBeGarnix(run, appSlug)) seen.set(run.id, run)
  }
  const judge = (isConfirmed: boolean): Verdict =>
    garnixVerdict({ names, runs: [...seen.values()], appSlug, isConfirmed })
  const next = (): readonly string[] => (verdict === undefined ? [EVALUATION, ...names] : changing(verdict))
  return {
    look: async (patience) => {
      const asked = next()
      const isConfirmed = verdict !== undefined && at(verdict, 'confirmation').length > 0
      await read(asked, patience)
      verdict = judge(isConfirmed)
      const unread = at(verdict, 'confirmation').filter((name) => !asked.includes(name))
      if (unread.length > 0) {
        await read(unread, patience)
        verdict = judge(false)
      }
      return verdict
    },
    seen: () => [...seen.values()],
    cost: () => reader.costOf(next()),
    trouble: () => undefined,
  }
}

/** While the flake is evaluated there is nothing else that could change. */
function changing(verdict: Verdict): readonly string[] {
  const early = at(verdict, 'discovery').length + at(verdict, 'evaluation').length > 0
  return [...(early ? [EVALUATION] : []), ...at(verdict, 'confirmation'), ...at(verdict, 'check')]
}

function at(verdict: Verdict, step: Step): readonly string[] {
  if (verdict.kind !== 'waiting') return []
  return [...verdict.steps].filter((entry) => entry[1] === step).map(([name]) => name)
}

export function checksLookout({ names, appSlug }: Wanted, reader: ChecksReader): Lookout {
  const seen = new Map<number, CheckRun>()
  let statuses: readonly CheckRun[] = []
  let open = names
  let refusal: string | undefined
  const readStatuses = async (patience: Patience): Promise<void> => {
    try {
      statuses = await reader.statuses(patience)
    } catch (error) {
      // Who has check runs alone needs no permission for statuses.
      if (!(error instanceof ActionError) || error instanceof GitHubUnavailable) throw error
      refusal = error.message
    }
  }
  const unknown = (): readonly string[] =>
    open.filter((one) => [...seen.values()].every(({ name }) => name !== one))
  const asksStatuses = (): boolean => refusal === undefined && unknown().length > 0
  return {
    look: async (patience) => {
      for (const run of await reader.runs(open, patience)) seen.set(run.id, run)
      if (asksStatuses()) await readStatuses(patience)
      const verdict = checksVerdict({ names, runs: [...seen.values()], statuses, appSlug })
      open = verdict.kind === 'waiting' ? [...verdict.steps.keys()] : []
      return verdict
    },
    seen: () => [...seen.values(), ...statuses],
    cost: () => reader.costOf(open) + (asksStatuses() ? 1 : 0),
    trouble: () => refusal,
  }
}
