/** What pull requests have in common with issues. */
import {
  found,
  invalid,
  lengthOf,
  made,
  refused,
  type Answered,
  type Asked,
  type Operations,
} from './asked.ts'
import { withPull } from './pulloperations.ts'
import { changePulls } from './pulls.ts'
import { issue, label } from './pullshapes.ts'
import type { PullRequestState } from './records.ts'
import { may } from './tokens.ts'

export const ISSUES: Operations = {
  'issues/get': {
    permission: 'issues: read | pull-requests: read',
    answer: (asked) => withPull(asked, (pull) => found(issue(pull, asked))),
  },
  'issues/add-labels': {
    permission: 'issues: write | pull-requests: write',
    answer: (asked) => withPull(asked, addLabels(asked)),
  },
  'issues/add-assignees': {
    permission: 'issues: write | pull-requests: write',
    answer: (asked) =>
      withPull(asked, (pull) => {
        const { assignees = [] } = asked.body as { assignees?: readonly string[] }
        changePulls(asked.state)
        // Whoever may not be assigned is passed over without a word.
        for (const one of assignees) if (asked.state.collaborators.has(one)) pull.assignees.add(one)
        return made(issue(pull, asked))
      }),
  },
}

/** Those that are not there are made, which takes more than putting them on. */
function addLabels(asked: Asked) {
  return (pull: PullRequestState): Answered => {
    const { labels = [] } = asked.body as { labels?: readonly string[] }
    const { state, token, place } = asked
    if (labels.some((name) => lengthOf(name) > 50))
      return invalid({ resource: 'Label', code: 'custom', field: 'name', message: LONG })
    if (labels.some((name) => !state.labels.has(name)) && !may(token, 'issues: write'))
      return refused(403, UNMADE, [{ resource: 'Repository', field: 'label', code: 'unauthorized' }])
    changePulls(state)
    for (const name of labels) {
      state.labels.add(name)
      pull.labels.add(name)
    }
    return found([...pull.labels].map((name) => label(name, place)))
  }
}

const LONG = 'name is too long (maximum is 50 characters)'
const UNMADE = 'You do not have permission to create labels on this repository.'
