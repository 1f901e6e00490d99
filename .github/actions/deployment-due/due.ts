/** Whether the tip of a branch has yet to be deployed, by what GitHub has recorded of an environment's deployments. */
import type { Deadline } from '../../../actions/shared/deadline.ts'
import { ActionError } from '../../../actions/shared/errors.ts'
import type { GitHubClient } from '../../../actions/shared/github.ts'
import { numberIn, objectIn, objectsIn, textIn } from '../../../actions/shared/json.ts'
import type { ReadInput } from '../../../actions/shared/ports.ts'
import { refusalOf } from '../../../actions/shared/refusal.ts'
import { parseWith } from '../../../actions/shared/inputs.ts'

export interface Inputs {
  readonly token: string
  readonly environment: string
  readonly sha: string
  readonly branch: string
}

export interface Where {
  readonly owner: string
  readonly repo: string
}

/** `concern`: somebody has to look at it. */
export interface Verdict {
  readonly isDue: boolean
  readonly reason: string
  readonly concern?: true
}

export interface World {
  readonly client: GitHubClient
  readonly deadline: Deadline
  readonly signal: AbortSignal
}

/** What may pass is tried this often. */
const ATTEMPTS = 4
const PAGE = 100
/** A deployment has five states or so. */
const MAX_PAGES = 10
const SHA = { pattern: /^[0-9a-f]{40}$/, expected: '40 hex digits of a commit' }

export function parseInputs(read: ReadInput): Inputs {
  return parseWith(read, (reader) => ({
    token: reader.required('token'),
    environment: reader.required('environment'),
    sha: reader.matching('sha', SHA),
    branch: reader.required('branch'),
  }))
}

/** @throws ActionError where GitHub does not say: what is not known is not taken for due */
export async function verdictOn(inputs: Inputs, where: Where, world: World): Promise<Verdict> {
  const asking = new Asking(inputs, where, world)
  const tip = await asking.tip()
  if (tip !== inputs.sha)
    return not(`the tip moved to ${tip} since this run began: its own run or the next hour deploys it`)
  const newest = await asking.newestDeployment()
  if (newest === undefined) return { isDue: true, reason: 'Due: it was never deployed there.' }
  return verdictOf(await asking.statesOf(newest))
}

/** @param states of the tip's newest deployment, the newest first */
function verdictOf(states: readonly string[]): Verdict {
  // GitHub writes `inactive` over it as soon as something else is deployed.
  if (states.includes('success')) return not('it is deployed')
  const [newest = 'pending'] = states
  if (newest === 'waiting') return not('its deployment waits for an approval')
  if (UNDER_WAY.includes(newest)) return not('its deployment is under way')
  if (!ENDED.includes(newest))
    throw new ActionError(`GitHub says that the tip's deployment is '${newest}', which is no known state.`, {
      hint: 'Nothing is deployed by what is not understood; a newer version of this action may know it.',
    })
  const advice = 'look at its run, then re-run it or push'
  const reason = `its deployment did not succeed (${newest}) and is not repeated every hour: ${advice}`
  return { ...not(reason), concern: true }
}

const UNDER_WAY = ['queued', 'in_progress', 'pending']
const ENDED = ['failure', 'error', 'inactive']

function not(why: string): Verdict {
  return { isDue: false, reason: `Not due: ${why}.` }
}

class Asking {
  readonly #inputs: Inputs
  readonly #where: Where
  readonly #world: World

  constructor(inputs: Inputs, where: Where, world: World) {
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

  async #ask(route: string, { parameters, what, permission, isAnswer }: Wanted): Promise<unknown> {
    const { client, deadline, signal } = this.#world
    const all = { ...this.#where, ...parameters }
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
