/** What a fake GitHub holds. Tests write into it what other parties of the real one would. */

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

export interface PullRequestState {
  readonly number: number
  readonly head: string
  readonly headSha: string
  readonly author: string
  readonly title: string
  state: 'open' | 'closed'
}

const MOMENT = '2026-01-31T12:00:00Z'

export class GitHubState {
  readonly runs: CheckRunState[] = []
  readonly statuses: StatusState[] = []
  readonly comments: CommentState[] = []
  readonly pulls: PullRequestState[] = []
  /** Commits that are not there; all others are. */
  readonly unknownCommits = new Set<string>()
  #id = 1_000

  clear(): void {
    for (const list of [this.runs, this.statuses, this.comments, this.pulls]) list.length = 0
    this.unknownCommits.clear()
  }

  nextId(): number {
    return ++this.#id
  }

  addRun(run: Partial<CheckRunState> & Pick<CheckRunState, 'sha' | 'name'>): CheckRunState {
    const whole: CheckRunState = {
      id: this.nextId(),
      app: 'garnix-ci',
      suite: 1,
      status: 'in_progress',
      conclusion: null,
      startedAt: MOMENT,
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
    this.statuses.push({ id: this.nextId(), description: null, targetUrl: null, at: MOMENT, ...status })
  }

  addComment(issue: number, author: string, body: string): CommentState {
    const comment = { id: this.nextId(), issue, author, body, at: MOMENT }
    this.comments.push(comment)
    return comment
  }

  addPull(pull: Partial<PullRequestState> & Pick<PullRequestState, 'headSha'>): PullRequestState {
    const whole: PullRequestState = {
      number: this.pulls.length + 1,
      head: 'feature',
      author: 'alice',
      title: 'A change',
      state: 'open',
      ...pull,
    }
    this.pulls.push(whole)
    return whole
  }
}
