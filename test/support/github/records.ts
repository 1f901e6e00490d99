/** What a fake GitHub holds, one by one. */

export interface CheckRunState {
  readonly id: number
  readonly sha: string
  readonly name: string
  /** The App's slug. */
  readonly app: string
  readonly suite: number
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
  startedAt: string
  completedAt: string | null
  detailsUrl: string | undefined
  summary: string | null
  text: string | null
}

export interface StatusState {
  readonly id: number
  readonly sha: string
  readonly context: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly description: string | null
  readonly targetUrl: string | null
  readonly at: string
}

export interface CommentState {
  readonly id: number
  readonly issue: number
  readonly author: string
  body: string
  readonly at: string
}

export type MergeMethod = 'MERGE' | 'SQUASH' | 'REBASE'

interface AutoMergeState {
  readonly by: string
  readonly method: MergeMethod
  readonly headline: string | undefined
  readonly body: string | undefined
}

export interface PullRequestState {
  readonly number: number
  /** A branch of `headOwner`. */
  readonly head: string
  /** `undefined` = this repository's own. Another one's fork moves only by hand. */
  readonly headOwner: string | undefined
  headSha: string
  base: string
  readonly author: string
  title: string
  body: string | null
  state: 'open' | 'closed'
  isDraft: boolean
  isMerged: boolean
  /** The branch was moved while it was closed, or closed it by moving. */
  isHeadGone: boolean
  closedBy: string | undefined
  readonly labels: Set<string>
  readonly assignees: Set<string>
  readonly reviewers: Set<string>
  readonly teamReviewers: Set<string>
  autoMerge: AutoMergeState | undefined
  /** `undefined` = what the rules of the base and the checks of the head make it. */
  mergeState: 'clean' | 'unstable' | 'blocked' | 'behind' | 'dirty' | 'unknown' | undefined
  createdAt: string
  updatedAt: string
  closedAt: string | null
}

export interface ActivityState {
  readonly id: number
  readonly before: string
  readonly after: string
  /** `refs/heads/main` */
  readonly ref: string
  readonly timestamp: string
  readonly activity_type:
    'push' | 'force_push' | 'branch_deletion' | 'branch_creation' | 'pr_merge' | 'merge_queue_merge'
  readonly actor: string
}

export interface DispatchState {
  /** Its file: `ci.yml`. */
  readonly workflow: string
  readonly ref: string
  readonly sha: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly by: string
}

export interface RuleState {
  readonly type:
    | 'creation'
    | 'update'
    | 'deletion'
    | 'non_fast_forward'
    | 'pull_request'
    | 'required_signatures'
    | 'required_status_checks'
  /** A branch, or the beginning of its name and `*`. */
  readonly branch: string
  /** For `required_status_checks`. */
  readonly checks: readonly string[]
  /** A classic branch protection, which refuses in other words than a rule set and is not listed with them. */
  readonly isClassic: boolean
  /** Who may. */
  readonly bypass: readonly string[]
}

/** Of a workflow, whose newest attempt it shows. */
export interface WorkflowRunState {
  readonly id: number
  readonly workflow: number
  readonly sha: string
  readonly branch: string
  readonly event: string
  readonly at: string
  status: 'queued' | 'in_progress' | 'waiting' | 'completed'
  conclusion: string | null
}

/** Of an environment, as GitHub makes one for a job. */
export interface DeploymentState {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly environment: string
  readonly at: string
  /** The newest last. */
  readonly states: string[]
}
