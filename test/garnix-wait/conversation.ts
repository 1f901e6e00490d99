import { keepComment, type AskGitHub, type Commenting } from '../../actions/garnix-wait/comment.ts'
import { RecordingLog } from '../support/fakes.ts'
import { SHA } from './findings.ts'

export const MARKER = '<!-- nix-vps garnix-wait vps-arm -->'
export const COMMENT = { marker: MARKER, body: `${MARKER}\n### Ready\n`, isWorthMaking: true }
const REPOSITORY = { owner: 'acme', repo: 'infra' }
const BOT = 'github-actions[bot]'

interface Stored {
  readonly id: number | null
  readonly user: { readonly login: string } | null
  body: string | null
}

export const pull = (number: unknown, more: object = {}) => ({
  number,
  state: 'open',
  head: { sha: SHA },
  base: { repo: { full_name: 'Acme/infra' } },
  ...more,
})

/** A pull request with comments, as its API shows it. */
export class Conversation {
  readonly log = new RecordingLog()
  readonly asked: string[] = []
  comments: Stored[] = []
  pulls: unknown = []
  /** What it answers instead, by the beginning of the route. */
  refusals: Readonly<Record<string, { status: number; data?: unknown }>> = {}

  readonly ask: AskGitHub = async (route, parameters) => {
    this.asked.push(route.replace(/ .*\//, ' '))
    const [, refusal] = Object.entries(this.refusals).find(([start]) => route.startsWith(start)) ?? []
    if (refusal !== undefined) return { headers: {}, data: {}, ...refusal }
    const isOfRepository = parameters['owner'] === 'acme' && parameters['repo'] === 'infra'
    const isAsItShould =
      route === 'POST /graphql' ? Object.keys(parameters).join() === 'query' : isOfRepository
    if (!isAsItShould) return { status: 404, headers: {}, data: {} }
    return { status: 200, headers: {}, data: this.#answer(route, parameters) }
  }

  #answer(route: string, parameters: Readonly<Record<string, unknown>>): unknown {
    const body = String(parameters['body'])
    if (route.endsWith('/pulls') && parameters['commit_sha'] === SHA) return this.pulls
    if (route === 'POST /graphql') return { data: { viewer: { login: BOT } } }
    if (route.startsWith('PATCH '))
      return this.comments.filter(({ id }) => id === parameters['comment_id']).map((one) => (one.body = body))
    if (parameters['issue_number'] !== 7) throw new Error('another pull request')
    if (route.startsWith('POST ')) return this.comments.push(stored(this.comments.length, { body }))
    const from = (Number(parameters['page']) - 1) * Number(parameters['per_page'])
    return this.comments.slice(from, from + Number(parameters['per_page']))
  }

  /** On pull request 7, if nothing else is said. */
  async keep(more: object = {}, given: Partial<Commenting> = {}): Promise<this> {
    const { ask, log } = this
    await keepComment(
      { ...COMMENT, ...more },
      { ask, log, repository: REPOSITORY, sha: SHA, pullRequest: 7, ...given },
    )
    return this
  }
}

export function stored(id: number, { body = COMMENT.body, login = BOT } = {}): Stored {
  return { id, body, user: { login } }
}
