/** What a repository holds, and how it is set up. */
import { Git } from './git.ts'
import { Lagging, Unheard } from './lag.ts'
import type {
  ActivityState,
  CheckRunState,
  CommentState,
  DeploymentState,
  DispatchState,
  PullRequestState,
  RuleState,
  StatusState,
  WorkflowRunState,
} from './records.ts'

export class RepositoryContents {
  readonly runs: CheckRunState[] = []
  readonly statuses: StatusState[] = []
  readonly comments: CommentState[] = []
  readonly pulls: PullRequestState[] = []
  /** Commits that have no check runs because they are not there; all others are. */
  readonly unknownCommits = new Set<string>()

  readonly git = new Git()
  /** By their whole names: `refs/heads/main`. */
  readonly refs = new Map<string, string>()
  /** The newest last. */
  readonly activities: ActivityState[] = []
  readonly dispatches: DispatchState[] = []
  /** The newest last. */
  readonly deployments: DeploymentState[] = []
  readonly workflowRuns: WorkflowRunState[] = []
  readonly rules: RuleState[] = []
  readonly labels = new Set<string>()
  /** Who may be asked for a review, or be assigned. */
  readonly collaborators = new Set(['alice', 'bob'])
  readonly teams = new Set<string>()
  readonly settings = {
    defaultBranch: 'main',
    isPrivate: false,
    isArchived: false,
    /** Of the repository, and it is off for new ones: "Allow GitHub Actions to create and approve pull requests". */
    mayActionsOpenPulls: true,
    hasDrafts: true,
    mayAutoMerge: false,
    mayMerge: { MERGE: true, SQUASH: true, REBASE: true },
  }
  readonly lag = {
    pulls: new Lagging<readonly PullRequestState[]>(),
    refs: new Lagging<ReadonlyMap<string, string>>(),
    commits: new Unheard(),
    nodes: new Unheard(),
  }
}
