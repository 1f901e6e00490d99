/** What a fake GitHub answers, by the name of the operation in GitHub's description. */
import type { Operations } from './asked.ts'
import { CHECKS } from './checksoperations.ts'
import { DEPLOYMENTS } from './deploymentoperations.ts'
import { GIT } from './gitoperations.ts'
import { HISTORY } from './historyoperations.ts'
import { ISSUES } from './issueoperations.ts'
import { PULLS } from './pulloperations.ts'
import { REFS } from './refs.ts'
import { REPOSITORIES } from './repositoryoperations.ts'
import { REVIEWS } from './reviewoperations.ts'
import { WORKFLOW_RUNS } from './workflowrunoperations.ts'

export const OPERATIONS: Operations = {
  ...CHECKS,
  ...DEPLOYMENTS,
  ...GIT,
  ...HISTORY,
  ...ISSUES,
  ...PULLS,
  ...REFS,
  ...REPOSITORIES,
  ...REVIEWS,
  ...WORKFLOW_RUNS,
}
