import { objectIn, textIn } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import type { Proposed } from './facts.ts'
import { carryOut } from './pullwords.ts'
import type { Pull } from './pulls.ts'

export interface Refused extends Proposed {
  /** Of the pull request. */
  readonly number: number
}

/** Those of `proposed` that somebody has closed a pull request of, unmerged. Asks only about those that matter. */
export async function refusedBy(
  closed: readonly Pull[],
  proposed: readonly Proposed[],
  ask: Ask,
): Promise<readonly Refused[]> {
  const refused: Refused[] = []
  for (const pull of closed) {
    const open = proposed.filter((one) => !refused.some((other) => isSame(one, other)))
    const matching = open.filter((one) => hasProposed(pull, one))
    if (matching.length > 0 && (await isClosedByPerson(pull, ask)))
      refused.push(...matching.map((one) => ({ ...one, number: pull.number })))
  }
  return refused
}

function hasProposed({ isMerged, state }: Pull, wanted: Proposed): boolean {
  return !isMerged && state?.proposed.some((one) => isSame(one, wanted)) === true
}

function isSame(one: Proposed, other: Proposed): boolean {
  return one.flake === other.flake && one.input === other.input && one.rev === other.rev
}

/** GitHub itself closes some, and Apps others: obsolete ones, or those that an update made empty. */
async function isClosedByPerson({ number }: Pull, ask: Ask): Promise<boolean> {
  const issue = await carryOut(ask, 'GET /repos/{owner}/{repo}/issues/{issue_number}', {
    doing: `say who closed pull request #${number}`,
    permission: 'pull-requests: read',
    parameters: { issue_number: number },
  })
  return textIn(objectIn(objectIn(issue)?.['closed_by'])?.['type']) === 'User'
}
