/** What a fake GitHub answers, by the name of the operation in GitHub's description. */
import type { GitHubState } from './state.ts'
import { pullRequest, wholePullRequest } from './pullshapes.ts'
import { authenticated, checkRun, combinedStatus, comment, type Place } from './shapes.ts'

interface Asked {
  readonly state: GitHubState
  readonly place: Place
  /** Of path and query together. */
  readonly parameters: Readonly<Record<string, string | number | undefined>>
  readonly body: Readonly<Record<string, unknown>>
  /** Who asks. */
  readonly login: string
}

export interface Answered {
  readonly status: number
  readonly data: unknown
}

export interface Operation {
  /** `undefined` = any token will do. */
  readonly permission: string | undefined
  readonly answer: (asked: Asked) => Answered
}

const found = (data: unknown): Answered => ({ status: 200, data })
const refused = (status: number, message: string): Answered => ({ status, data: { message } })

function pageOf<T>(items: readonly T[], { parameters }: Asked): readonly T[] {
  const size = Number(parameters['per_page'] ?? 30)
  const page = Number(parameters['page'] ?? 1)
  return items.slice((page - 1) * size, page * size)
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'checks/list-for-ref': {
    permission: 'checks: read',
    answer: (asked) => {
      const { ref, check_name: name, filter = 'latest' } = asked.parameters
      const { unknownCommits, runs } = asked.state
      if (unknownCommits.has(String(ref))) return refused(422, `No commit found for SHA: ${ref}`)
      const some = runs.filter((run) => run.sha === ref && (name === undefined || run.name === name))
      const newest = some.filter(
        (run) =>
          !some.some((other) => other.suite === run.suite && other.name === run.name && other.id > run.id),
      )
      const wanted = filter === 'all' ? some : newest
      const page = pageOf(wanted.toReversed(), asked).map((run) => checkRun(run, asked.place))
      return found({ total_count: wanted.length, check_runs: page })
    },
  },
  'repos/get-combined-status-for-ref': {
    permission: 'statuses: read',
    answer: (asked) => {
      const ref = String(asked.parameters['ref'])
      const all = asked.state.statuses.filter(({ sha }) => sha === ref)
      const newest = all.filter(
        ({ context, id }) => !all.some((other) => other.context === context && other.id > id),
      )
      return found(combinedStatus(ref, pageOf(newest, asked), newest.length)(asked.place))
    },
  },
  'issues/list-comments': {
    permission: 'pull-requests: read',
    answer: (asked) => {
      const issue = Number(asked.parameters['issue_number'])
      const comments = asked.state.comments.filter((one) => one.issue === issue)
      return found(pageOf(comments, asked).map((one) => comment(one, asked.place)))
    },
  },
  'issues/create-comment': {
    permission: 'pull-requests: write',
    answer: ({ state, parameters, body, login, place }) => {
      const made = state.addComment(Number(parameters['issue_number']), login, String(body['body']))
      return { status: 201, data: comment(made, place) }
    },
  },
  'issues/update-comment': {
    permission: 'pull-requests: write',
    answer: ({ state, parameters, body, place }) => {
      const one = state.comments.find(({ id }) => id === Number(parameters['comment_id']))
      if (one === undefined) return refused(404, 'Not Found')
      one.body = String(body['body'])
      return found(comment(one, place))
    },
  },
  'pulls/get': {
    permission: 'pull-requests: read',
    answer: ({ state, parameters, place }) => {
      const pull = state.pulls.find(({ number }) => number === Number(parameters['pull_number']))
      return pull === undefined ? refused(404, 'Not Found') : found(wholePullRequest(pull, place))
    },
  },
  'pulls/list': {
    permission: 'pull-requests: read',
    answer: (asked) => {
      const { state: wanted = 'open', head } = asked.parameters
      const pulls = asked.state.pulls.filter(
        (pull) =>
          (wanted === 'all' || pull.state === wanted) &&
          (head === undefined || head === `${asked.place.owner}:${pull.head}`),
      )
      return found(pageOf(pulls.toReversed(), asked).map((pull) => pullRequest(pull, asked.place)))
    },
  },
  'repos/list-pull-requests-associated-with-commit': {
    permission: 'pull-requests: read',
    answer: (asked) => {
      const pulls = asked.state.pulls.filter(({ headSha }) => headSha === asked.parameters['commit_sha'])
      return found(pageOf(pulls, asked).map((pull) => pullRequest(pull, asked.place)))
    },
  },
  'users/get-authenticated': {
    permission: undefined,
    answer: ({ login, place }) =>
      // What GitHub answers to the token of a job.
      login.endsWith('[bot]')
        ? refused(403, 'Resource not accessible by integration')
        : found(authenticated(login, place)),
  },
}
