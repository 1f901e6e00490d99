import { found, listed, made, pageOf, refused, type Operations } from './asked.ts'
import { pullRequest } from './pullshapes.ts'
import { checkRun, combinedStatus, comment } from './shapes.ts'

export const CHECKS: Operations = {
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
    permission: 'issues: read | pull-requests: read',
    answer: (asked) => {
      const issue = Number(asked.parameters['issue_number'])
      const comments = asked.state.comments.filter((one) => one.issue === issue)
      return listed(comments, asked, (one) => comment(one, asked.place))
    },
  },
  'issues/create-comment': {
    permission: 'issues: write | pull-requests: write',
    answer: ({ state, parameters, body, login, place }) => {
      const issue = Number(parameters['issue_number'])
      const one = { id: state.nextId(), issue, author: login, body: String(body['body']), at: state.now() }
      state.comments.push(one)
      return made(comment(one, place))
    },
  },
  'issues/update-comment': {
    permission: 'issues: write | pull-requests: write',
    answer: ({ state, parameters, body, place }) => {
      const one = state.comments.find(({ id }) => id === Number(parameters['comment_id']))
      if (one === undefined) return refused(404, 'Not Found')
      one.body = String(body['body'])
      return found(comment(one, place))
    },
  },
  'repos/list-pull-requests-associated-with-commit': {
    permission: 'pull-requests: read',
    answer: (asked) => {
      const pulls = asked.state.pulls.filter(({ headSha }) => headSha === asked.parameters['commit_sha'])
      return listed(pulls, asked, (pull) => pullRequest(pull, asked))
    },
  },
}
