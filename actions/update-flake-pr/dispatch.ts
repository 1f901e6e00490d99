/** Starts workflows on the branch: what github.token pushes starts none. */
import { ActionError } from '../shared/errors.ts'
import { patiently, problemOf } from './lost.ts'
import { carryOut, GitHubRefused } from './pullwords.ts'
import type { Wished, PublishWorld } from './publishing.ts'

export async function dispatchWorkflows(
  { branch, options }: Wished,
  world: PublishWorld,
): Promise<readonly ActionError[]> {
  const problems: ActionError[] = []
  for (const file of options.dispatchWorkflows) {
    const problem = await problemOf(() => patiently(() => dispatch(file, branch, world), isTooEarly, world))
    if (problem === undefined) world.log.info(`Workflow ${file} is started on '${branch}'.`)
    else problems.push(explained(problem, file, branch))
  }
  return problems
}

async function dispatch(file: string, ref: string, { ask }: PublishWorld): Promise<void> {
  await carryOut(ask, 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
    doing: `start workflow ${file} on '${ref}'`,
    permission: 'actions: write',
    parameters: { workflow_id: file, ref },
  })
}

/** A branch that was made a moment ago. */
function isTooEarly(error: unknown): boolean {
  return error instanceof GitHubRefused && /no ref found/i.test(error.said)
}

function explained(problem: ActionError, file: string, branch: string): ActionError {
  const code = problem instanceof GitHubRefused ? problem.code : ''
  if (code !== '404' && code !== '422') return problem
  return new ActionError(problem.message, {
    hint: `${file} has to be in .github/workflows of the default branch and of '${branch}', with 'on: workflow_dispatch', and not be disabled; 'token' needs 'actions: write'.`,
    cause: problem,
  })
}
