/** What others put into a repository, without asking anybody. */
import { RepositoryContents } from './contents.ts'
import { EMPTY_OID } from './git.ts'
import { blankPull } from './pulls.ts'
import type {
  ActivityState,
  CheckRunState,
  CommentState,
  DeploymentState,
  PullRequestState,
  RuleState,
  StatusState,
  WorkflowRunState,
} from './records.ts'

export interface Shared {
  nextId(): number
  /** `2026-01-31T12:00:00Z` */
  now(): string
  /** The same, but later each time. */
  tick(): string
}

export class Bookkeeping extends RepositoryContents {
  /** `acme/infra` */
  name: string
  readonly id: number
  protected readonly shared: Shared

  constructor(name: string, shared: Shared) {
    super()
    this.name = name
    this.shared = shared
    this.id = shared.nextId()
  }

  nextId(): number {
    return this.shared.nextId()
  }

  now(): string {
    return this.shared.now()
  }

  tick(): string {
    return this.shared.tick()
  }

  addRun(run: Partial<CheckRunState> & Pick<CheckRunState, 'sha' | 'name'>): CheckRunState {
    const whole: CheckRunState = {
      id: this.nextId(),
      app: 'garnix-ci',
      suite: 1,
      status: 'in_progress',
      conclusion: null,
      startedAt: this.now(),
      completedAt: null,
      detailsUrl: undefined,
      summary: null,
      text: null,
      ...run,
    }
    this.runs.push(whole)
    return whole
  }

  addStatus(status: Partial<StatusState> & Pick<StatusState, 'sha' | 'context' | 'state'>): void {
    this.statuses.push({ id: this.nextId(), description: null, targetUrl: null, at: this.now(), ...status })
  }

  /** What came of it, the newest state last. */
  addDeployment(sha: string, states: readonly string[], environment = 'production'): DeploymentState {
    const rest = { ref: this.settings.defaultBranch, environment, at: this.now(), states: [...states] }
    const whole = { id: this.nextId(), sha, ...rest }
    this.deployments.push(whole)
    return whole
  }

  addWorkflowRun(run: Partial<WorkflowRunState> & Pick<WorkflowRunState, 'sha' | 'event'>): WorkflowRunState {
    const begun = { status: 'in_progress', conclusion: null, at: this.now() } as const
    const whole = { id: this.nextId(), workflow: 1, branch: this.settings.defaultBranch, ...begun, ...run }
    this.workflowRuns.push(whole)
    return whole
  }

  addComment(issue: number, author: string, body: string): CommentState {
    const comment = { id: this.nextId(), issue, author, body, at: this.now() }
    this.comments.push(comment)
    return comment
  }

  openPull(
    pull: Partial<PullRequestState> & Pick<PullRequestState, 'head' | 'headSha' | 'author' | 'title'>,
  ): PullRequestState {
    const whole = { ...blankPull(this.now()), number: this.pulls.length + 1, ...pull }
    this.pulls.push(whole)
    return whole
  }

  addPull(pull: Partial<PullRequestState> & Pick<PullRequestState, 'headSha'>): PullRequestState {
    return this.openPull({ head: 'feature', author: 'alice', title: 'A change', ...pull })
  }

  addRule(rule: Partial<RuleState> & Pick<RuleState, 'type'>): void {
    const branch = this.settings.defaultBranch
    this.rules.push({ branch, checks: ['ci'], isClassic: false, bypass: [], ...rule })
  }

  addActivity(activity: Partial<ActivityState> & Pick<ActivityState, 'ref' | 'after'>): void {
    const rest = {
      id: this.shared.nextId(),
      before: EMPTY_OID,
      activity_type: 'push',
      actor: 'alice',
    } as const
    this.activities.push({ ...rest, timestamp: this.shared.now(), ...activity })
  }
}
