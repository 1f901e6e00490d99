/** Runs of workflows, and what became of them. */
import { NOT_FOUND, found, listed, type Asked, type Operations } from './asked.ts'
import type { WorkflowRunState } from './records.ts'
import { repository, type Place } from './shapes.ts'

/** GitHub lists no more of them than that, on however many pages. */
const MOST = 1_000

export const WORKFLOW_RUNS: Operations = {
  'actions/get-workflow-run': {
    permission: 'actions: read',
    answer: ({ state, parameters, place }) => {
      const one = state.workflowRuns.find(({ id }) => id === Number(parameters['run_id']))
      return one === undefined ? NOT_FOUND : found(workflowRun(one, place))
    },
  },
  'actions/list-workflow-runs': {
    permission: 'actions: read',
    answer: (asked) => {
      const newest = asked.state.workflowRuns.filter((one) => isWanted(one, asked)).toReversed()
      const answer = listed(newest.slice(0, MOST), asked, (one) => workflowRun(one, asked.place))
      return { ...answer, data: { total_count: newest.length, workflow_runs: answer.data } }
    },
  },
}

function isWanted({ workflow, sha, branch, event }: WorkflowRunState, { parameters }: Asked): boolean {
  const wanted = { head_sha: sha, branch, event }
  return (
    workflow === Number(parameters['workflow_id']) &&
    Object.entries(wanted).every(([name, value]) => [undefined, value].includes(parameters[name]?.toString()))
  )
}

function workflowRun(run: WorkflowRunState, place: Place) {
  const api = `${place.url}/repos/${place.owner}/${place.repo}/actions`
  const self = `${api}/runs/${run.id}`
  const urls = ['jobs', 'logs', 'check_suite', 'artifacts', 'cancel', 'rerun'].map((name) => `${name}_url`)
  return {
    ...{ id: run.id, node_id: `WFR_${run.id}`, run_number: run.id, run_attempt: 1 },
    ...{ head_branch: run.branch, head_sha: run.sha, head_commit: null },
    ...{ event: run.event, status: run.status, conclusion: run.conclusion },
    ...{ display_title: 'A change', path: `.github/workflows/${run.workflow}.yml`, pull_requests: [] },
    ...{ workflow_id: run.workflow, workflow_url: `${api}/workflows/${run.workflow}` },
    ...{ url: self, html_url: self, ...Object.fromEntries(urls.map((name) => [name, self])) },
    ...{ created_at: run.at, updated_at: run.at },
    ...{ repository: repository(place), head_repository: repository(place) },
  }
}
