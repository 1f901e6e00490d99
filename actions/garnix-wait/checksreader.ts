import { type GitHubClient, type Patience } from '../shared/github.ts'
import type { Question } from '../shared/githubanswer.ts'
import { refusalOf } from '../shared/refusal.ts'
import { readRuns, readStatuses, type CheckRun, type Page } from './checkruns.ts'

export interface Commit {
  readonly owner: string
  readonly repo: string
  readonly sha: string
}

const PAGE = 100
/** Far more than GitHub shows of one commit: its 1,000 newest suites. */
const MAX_PAGES = 100
const RUNS = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs'
const STATUSES = 'GET /repos/{owner}/{repo}/commits/{ref}/status'

/** Reads the checks of one commit, in as few requests as it takes. Rejects with an ActionError where GitHub refuses. */
export class ChecksReader {
  readonly #client: GitHubClient
  readonly #commit: Commit
  #pages = 1
  #knowsCommit = true

  constructor(client: GitHubClient, commit: Commit) {
    this.#client = client
    this.#commit = commit
  }

  /** Whether GitHub knew the commit when it was asked last. */
  get knowsCommit(): boolean {
    return this.#knowsCommit
  }

  /** How many requests `runs` takes. */
  costOf(names: readonly string[]): number {
    return this.#areFewer(names) ? names.length : this.#pages
  }

  /**
   * All runs of these names, of all suites. One by one, for such an answer stays the same while other builds go on,
   * but not more requests than all runs of the commit would take.
   */
  async runs(names: readonly string[], patience: Patience): Promise<readonly CheckRun[]> {
    if (!this.#areFewer(names)) return (await this.all(patience)).filter(({ name }) => names.includes(name))
    const found: CheckRun[] = []
    for (const name of names) found.push(...(await this.#listed({ check_name: name }, patience)).items)
    // Whatever GitHub takes for equal, the name is exactly this one.
    return found.filter(({ name }) => names.includes(name))
  }

  /** All runs of the commit. */
  async all(patience: Patience): Promise<readonly CheckRun[]> {
    const { items, pages } = await this.#listed({}, patience)
    this.#pages = pages
    return items
  }

  /** The newest commit status of each context. */
  async statuses(patience: Patience): Promise<readonly CheckRun[]> {
    const list = { route: STATUSES, read: readStatuses, parameters: {} }
    return (await this.#pagesOf(list, patience)).items
  }

  #areFewer(names: readonly string[]): boolean {
    return names.length <= this.#pages
  }

  #listed(parameters: Question['parameters'], patience: Patience) {
    return this.#pagesOf(
      { route: RUNS, read: readRuns, parameters: { ...parameters, filter: 'all' } },
      patience,
    )
  }

  async #pagesOf(list: List, patience: Patience): Promise<{ items: readonly CheckRun[]; pages: number }> {
    const items: CheckRun[] = []
    for (let page = 1; ; page++) {
      const { total, size, items: some } = await this.#page(list, page, patience)
      items.push(...some)
      if (size < PAGE || page * PAGE >= total || page === MAX_PAGES) return { items, pages: page }
    }
  }

  async #page({ route, read, parameters }: List, page: number, patience: Patience): Promise<Page> {
    const { owner, repo, sha } = this.#commit
    const where = { owner, repo, ref: sha, ...parameters, per_page: PAGE, ...(page === 1 ? {} : { page }) }
    const isAnswer = (data: unknown): boolean => read(data) !== undefined
    const answer = await this.#client.ask({ route, parameters: where, isAnswer }, patience)
    // A commit that was pushed this moment, or never.
    this.#knowsCommit = answer.status !== 422
    if (!this.#knowsCommit) return NOTHING
    const isStatus = route === STATUSES
    const refusal = refusalOf(answer, {
      what: `the ${isStatus ? 'commit statuses' : 'check runs'} of ${owner}/${repo}`,
      permission: isStatus ? 'statuses: read' : 'checks: read',
    })
    if (refusal !== undefined) throw refusal
    return read(answer.data) ?? NOTHING
  }
}

interface List {
  readonly route: string
  readonly read: (data: unknown) => Page | undefined
  readonly parameters: Question['parameters']
}

const NOTHING: Page = { total: 0, items: [], size: 0 }
