/** Whose review may be asked for. */
import { firstOf, invalid, made, refused, type Answered, type Asked, type Operations } from './asked.ts'
import { withPull } from './pulloperations.ts'
import { changePulls } from './pulls.ts'
import { pullRequest } from './pullshapes.ts'
import type { PullRequestState } from './records.ts'
import type { Place } from './shapes.ts'
import { may } from './tokens.ts'

export const REVIEWS: Operations = {
  'pulls/request-reviewers': {
    permission: 'pull-requests: write',
    answer: (asked) => withPull(asked, request(asked)),
  },
}

function request(asked: Asked) {
  return (pull: PullRequestState): Answered => {
    const { state, token, body } = asked
    const { reviewers = [], team_reviewers: teams = [] } = body as Partial<Record<string, readonly string[]>>
    const isKnown =
      reviewers.every((one) => state.collaborators.has(one)) && teams.every((one) => state.teams.has(one))
    const refusal = firstOf(
      [reviewers.includes(pull.author), refused(422, 'Review cannot be requested from pull request author.')],
      [teams.length > 0 && !may(token, 'members: read'), invalid(HIDDEN_TEAM)],
      [!isKnown, refused(422, strangers(asked.place))],
    )
    if (refusal !== undefined) return refusal
    changePulls(state)
    for (const one of reviewers) pull.reviewers.add(one)
    for (const one of teams) pull.teamReviewers.add(one)
    return made(pullRequest(pull, asked))
  }
}

const HIDDEN_TEAM = "Could not resolve to a node with the global id of 'T_kwDOA'."

function strangers({ owner, repo }: Place): string {
  return `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${owner}/${repo} repository.`
}
