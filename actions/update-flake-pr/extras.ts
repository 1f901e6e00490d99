/** Labels and people of a pull request. Each is asked for by itself, for GitHub refuses a list for one of its names. */
import { ActionError } from '../shared/errors.ts'
import { objectIn, objectsIn, textIn } from '../shared/json.ts'
import { problemOf } from './lost.ts'
import { carryOut, withWords } from './pullwords.ts'
import type { Wished, PublishWorld } from './publishing.ts'
import type { Pull } from './pulls.ts'

type Problems = Promise<readonly ActionError[]>

const PERMISSION = 'pull-requests: write'

/** Whether there is more to a pull request than its commit and its text. */
export function wantsMore({ options }: Wished): boolean {
  const { labels, people, autoMerge, dispatchWorkflows } = options
  const { assignees, reviewers, teamReviewers } = people
  const lists = [labels, assignees, reviewers, teamReviewers, dispatchWorkflows]
  return autoMerge !== 'off' || lists.some(({ length }) => length > 0)
}

export async function addLabels(
  { number }: Pull,
  { options: { labels } }: Wished,
  world: PublishWorld,
): Problems {
  if (labels.length === 0) return []
  return problemsOf([
    () =>
      carryOut(world.ask, 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels', {
        doing: `label pull request #${number}`,
        permission: PERMISSION,
        parameters: { issue_number: number, labels },
      }),
  ])
}

export async function askPeople(pull: Pull, desired: Wished, world: PublishWorld): Problems {
  const { assignees, reviewers, teamReviewers } = desired.options.people
  return problemsOf([
    ...(assignees.length === 0 ? [] : [() => assign(pull, assignees, world)]),
    ...reviewers.map((reviewer) => () => askReviewer(pull, reviewer, world)),
    ...teamReviewers.map((team) => () => askTeam(pull, team, world)),
  ])
}

async function problemsOf(works: readonly (() => Promise<unknown>)[]): Problems {
  const problems: ActionError[] = []
  for (const work of works) {
    const problem = await problemOf(work)
    if (problem !== undefined) problems.push(problem)
  }
  return problems
}

/** GitHub leaves out, without a word, who may not be assigned. */
async function assign({ number }: Pull, assignees: readonly string[], { ask }: PublishWorld): Promise<void> {
  const answer = await carryOut(ask, 'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees', {
    doing: `assign pull request #${number}`,
    permission: PERMISSION,
    parameters: { issue_number: number, assignees },
  })
  const assigned = objectsIn(objectIn(answer)?.['assignees']).map(({ login }) => textIn(login).toLowerCase())
  const missing = assignees.filter((login) => !assigned.includes(login.toLowerCase()))
  if (missing.length > 0)
    throw new ActionError(`GitHub did not assign ${missing.join(', ')} to pull request #${number}.`, {
      hint: 'Only who may write to the repository, or has commented, can be assigned, and at most ten.',
    })
}

function askReviewer({ number }: Pull, reviewer: string, { ask }: PublishWorld): Promise<unknown> {
  return carryOut(ask, REVIEWERS, {
    doing: `ask ${reviewer} for a review of pull request #${number}`,
    permission: PERMISSION,
    parameters: { pull_number: number, reviewers: [reviewer] },
  })
}

async function askTeam({ number }: Pull, team: string, { ask }: PublishWorld): Promise<void> {
  const problem = await problemOf(() =>
    carryOut(ask, REVIEWERS, {
      doing: `ask team ${team} for a review of pull request #${number}`,
      permission: PERMISSION,
      parameters: { pull_number: number, team_reviewers: [team] },
    }),
  )
  if (problem !== undefined)
    throw withWords(
      problem,
      "Teams need an App's or a personal token as 'token', and access to the repository.",
    )
}

const REVIEWERS = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers'
