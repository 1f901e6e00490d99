import type { Result } from './events.ts'
import type { Mode } from './inputs.ts'
import { hasActivated } from './ledger.ts'
import type { Status } from './verdict.ts'
import type { Watched } from './watched.ts'

/** What a good end has to look like. */
export interface Expected {
  /** What was asked for, in words. */
  readonly what: string
  readonly ends: readonly Status[]
  /** Whether the host has to ask us before it commits, `activation` = at least if it activated anything. */
  readonly confirm: 'never' | 'activation' | 'always'
  /** Store path; `undefined` = the host decides. */
  readonly system?: string
}

const ENDS: Readonly<Record<Mode, readonly Status[]>> = {
  switch: ['deployed', 'unchanged', 'scheduled', 'superseded'],
  // Deployed: the host was rebooted before it had said that it is scheduled.
  boot: ['scheduled', 'unchanged', 'deployed'],
  test: ['deployed', 'unchanged'],
  'dry-activate': ['planned'],
  // Nothing that waits in the queue supersedes it.
  rollback: ['deployed', 'unchanged', 'scheduled'],
}

export function expectedOf({ mode, confirmSeconds }: { mode: Mode; confirmSeconds: number }): Expected {
  const activates = mode === 'switch' || mode === 'test' || mode === 'rollback'
  return {
    what: `a deploy with mode ${mode}`,
    ends: ENDS[mode],
    confirm: activates && confirmSeconds > 0 ? 'activation' : 'never',
  }
}

/** Of somebody else's deploy, which we only watch. */
export const EXPECTED_OF_SUCCESSOR: Expected = {
  what: 'a deploy with mode switch',
  ends: ENDS.switch,
  confirm: 'never',
}

export function expectedOfTrial(system: string, confirmSeconds: number): Expected {
  const confirm = confirmSeconds > 0 ? 'always' : 'never'
  return { what: 'a trial boot', ends: ['deployed', 'superseded'], confirm, system }
}

/**
 * Why a good end cannot be believed; `undefined` = it can. An exit code and a word are soon said, by an old host, a
 * restored one or one that lies: what happened before must agree with them.
 */
export function doubtOf(result: GoodResult, watched: Watched, expected: Expected): string | undefined {
  if (watched.flaw !== undefined) return watched.flaw
  if (watched.ledger.accepted === undefined) return 'The host never said that it accepted it.'
  if (!expected.ends.includes(result.status)) return `That is no good end of ${expected.what}.`
  if (result.status === 'unchanged') return doubtOfNoChange(result)
  return result.status === 'deployed' ? doubtOfDeploy(result, watched, expected) : undefined
}

type GoodResult = Result & { readonly status: Status }

function doubtOfNoChange({ system, previousSystem }: Result): string | undefined {
  if (system === previousSystem) return undefined
  return `Nothing would have changed, but '${system}' runs instead of '${previousSystem}'.`
}

function doubtOfDeploy(result: Result, watched: Watched, expected: Expected): string | undefined {
  const { confirm, system = result.system } = expected
  if (result.system !== system) return `It was to be '${system}', not '${result.system}'.`
  if (watched.isRejected) return 'The runner did not confirm it.'
  if (confirm === 'never' || watched.ledger.awaiting !== undefined) return undefined
  if (confirm === 'activation' && onlyBecameDefault(result, watched)) return undefined
  return "The host did not wait for the confirmation that 'confirm-timeout' asks for."
}

/** What runs already and only was not the default is checked and committed, but not activated: it has proved itself. */
function onlyBecameDefault({ mode, system, previousSystem }: Result, { ledger }: Watched): boolean {
  return mode === 'switch' && system !== '' && system === previousSystem && !hasActivated(ledger)
}
