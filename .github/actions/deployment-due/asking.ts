/** What GitHub is asked about a branch, its deployments and its runs. */
import type { Deadline } from '../../../actions/shared/deadline.ts'
import { ActionError } from '../../../actions/shared/errors.ts'
import type { GitHubClient } from '../../../actions/shared/github.ts'
import { numberIn, objectIn, objectsIn, textIn } from '../../../actions/shared/json.ts'
import type { Log } from '../../../actions/shared/ports.ts'
import { refusalOf } from '../../../actions/shared/refusal.ts'

export interface Where {
  /** `https://github.com` */
  readonly server: string
  readonly owner: string
  readonly repo: string
  /** The one that asks. */
  readonly run: number
}

export interface World {
  readonly client: GitHubClient
  readonly deadline: Deadline
  readonly signal: AbortSignal
  readonly log: Log
}

/** Of its last attempt; GitHub's own words, and `''` for a conclusion that is still to come. */
export interface Run {
  readonly id: number
  readonly event: string
  readonly status: string
  readonly conclusion: string
  readonly address: string
}

interface Subject {
  readonly environment: string
  readonly sha: string
  readonly branch: string
}

/** What may pass is tried this often. */
const ATTEMPTS = 4
const PAGE = 100
/** A deployment has five states or so. */
const MAX_PAGES = 10
export const SHA = { pattern: /^[0-9a-f]{40}$/, expected: '40 hex digits of a commit' }
/** They become part of a sentence. */
const WORD = /^[a-z_]*$/

export class Asking {
  readonly #inputs: Subject
  readonly #where: Where
  readonly #world: World

  constructor(inputs: Subject, where: Where, world: World) {
    this.#inputs = inputs
    this.#where = where
    this.#world = world
  }

  async tip(): Promise<string> {
    const { branch } = this.#inputs
    const data = await this.#ask('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      parameters: { ref: `heads/${branch}` },
      what: `the tip of branch '${branch}'`,
      permission: 'contents: read',
      isAnswer: (data) => SHA.pattern.test(tipIn(data)),
    })
    return tipIn(data)
  }

  /** The number of the one that was made last for the commit, in the environment. */
  async newestDeployment(): Promise<number | undefined> {
    const { sha, environment } = this.#inputs
    const data = await this.#ask('GET /repos/{owner}/{repo}/deployments', {
      parameters: { sha, environment, per_page: PAGE },
      what: `the deployments to environment '${environment}'`,
      permission: 'deployments: read',
      isAnswer: (data) => isListOf(data, (one) => numberIn(one['id']) !== undefined && one['sha'] === sha),
    })
    // Newest first, and their numbers rise.
    const numbers = objectsIn(data).map(({ id }) => numberIn(id) ?? 0)
    return numbers.length === 0 ? undefined : Math.max(...numbers)
  }

  /** The newest first. */
  async statesOf(deployment: number): Promise<readonly string[]> {
    const states: string[] = []
    for (let page = 1; page <= MAX_PAGES; page++) {
      const data = await this.#ask('GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
        parameters: { deployment_id: deployment, per_page: PAGE, page },
        what: `the statuses of deployment ${deployment}`,
        permission: 'deployments: read',
        isAnswer: (data) => isListOf(data, ({ state }) => textIn(state) !== ''),
      })
      const more = objectsIn(data).map(({ state }) => textIn(state))
      states.push(...more)
      if (more.length < PAGE || more.includes('success')) return states
    }
    throw new ActionError(
      `Deployment ${deployment} has more than ${MAX_PAGES * PAGE} statuses, and none of them is a success.`,
      { hint: 'Some program adds them without end. Push, or deploy the commit by hand.' },
    )
  }

  /** Of this very workflow, for the same tip; those that began before this one, however they came about. */
  async earlierRuns(): Promise<readonly Run[]> {
    const { sha, branch } = this.#inputs
    const { run } = this.#where
    const workflow = await this.#workflowOf(run)
    const runs: Run[] = []
    // GitHub gives no more than a thousand: what failed six weeks of hours ago is tried once more.
    for (let page = 1; page <= MAX_PAGES; page++) {
      const data = await this.#ask('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
        parameters: { workflow_id: workflow, head_sha: sha, branch, per_page: PAGE, page },
        what: `the runs of workflow ${workflow}`,
        permission: 'actions: read',
        isAnswer: (data) => isListOf(objectIn(data)?.['workflow_runs'], isRun),
      })
      const more = objectsIn(objectIn(data)?.['workflow_runs'])
      runs.push(...more.map((one) => this.#runOf(one)))
      if (more.length < PAGE) break
    }
    return runs.filter(({ id }) => id < run)
  }

  async #workflowOf(run: number): Promise<number> {
    const data = await this.#ask('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
      parameters: { run_id: run },
      what: `run ${run}`,
      permission: 'actions: read',
      isAnswer: (data) => numberIn(objectIn(data)?.['workflow_id']) !== undefined,
    })
    return numberIn(objectIn(data)?.['workflow_id']) ?? 0
  }

  #runOf(data: Readonly<Record<string, unknown>>): Run {
    const { server, owner, repo } = this.#where
    const id = numberIn(data['id']) ?? 0
    return {
      id,
      event: textIn(data['event']),
      status: textIn(data['status']),
      conclusion: textIn(data['conclusion']),
      address: `${server}/${owner}/${repo}/actions/runs/${id}`,
    }
  }

  async #ask(route: string, { parameters, what, permission, isAnswer }: Wanted): Promise<unknown> {
    const { client, deadline, signal } = this.#world
    const { owner, repo } = this.#where
    const all = { owner, repo, ...parameters }
    const question = { route, parameters: all, isAnswer }
    const answer = await client.ask(question, { deadline, signal, attempts: ATTEMPTS })
    const refusal = refusalOf(answer, { what, permission })
    if (refusal !== undefined) throw refusal
    return answer.data
  }
}

interface Wanted {
  readonly parameters: Readonly<Record<string, string | number>>
  readonly what: string
  readonly permission: string
  readonly isAnswer: (data: unknown) => boolean
}

function tipIn(data: unknown): string {
  return textIn(objectIn(objectIn(data)?.['object'])?.['sha'])
}

function isListOf(data: unknown, isOne: (item: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(data) && data.every((item) => isOne(objectIn(item) ?? {}))
}

function isRun({ id, event, status, conclusion }: Readonly<Record<string, unknown>>): boolean {
  return numberIn(id) !== undefined && [event, status, conclusion].every((one) => WORD.test(textIn(one)))
}
