/** Pull requests. */
import {
  NOT_FOUND,
  firstOf,
  found,
  invalid,
  lengthOf,
  listed,
  made,
  refused,
  type Answered,
  type Asked,
  type Operations,
} from './asked.ts'
import { changesOf, compare } from './compare.ts'
import { commitOf, diffEntry } from './gitshapes.ts'
import { changePulls, closePull, nodeIdOf, newPullProblem, reopenProblem } from './pulls.ts'
import { pullRequest, wholePullRequest } from './pullshapes.ts'
import type { PullRequestState } from './records.ts'
import type { Place } from './shapes.ts'
import { isJobToken } from './tokens.ts'

const LIMITS = { title: 256, body: 65_536 }
const FORBIDDEN = 'GitHub Actions is not permitted to create or approve pull requests.'

/** Answers with the pull request in question, or that there is none. */
export function withPull(asked: Asked, answer: (pull: PullRequestState) => Answered): Answered {
  const number = Number(asked.parameters['pull_number'] ?? asked.parameters['issue_number'])
  const pull = asked.state.pulls.find((one) => one.number === number)
  return pull === undefined ? NOT_FOUND : answer(pull)
}

export const PULLS: Operations = {
  'pulls/list': { permission: 'pull-requests: read', answer: list },
  'pulls/get': {
    permission: 'pull-requests: read',
    answer: (asked) => withPull(asked, (pull) => found(wholePullRequest(pull, asked))),
  },
  'pulls/create': { permission: 'pull-requests: write', answer: create },
  'pulls/update': { permission: 'pull-requests: write', answer: (asked) => withPull(asked, update(asked)) },
  'pulls/list-commits': {
    permission: 'pull-requests: read',
    answer: (asked) =>
      withPull(asked, (pull) => {
        const commits = changeOf(asked, pull)?.ahead.slice(0, 250) ?? []
        return listed(commits, asked, (commit) => commitOf(commit, asked.place))
      }),
  },
  'pulls/list-files': {
    permission: 'pull-requests: read',
    answer: (asked) =>
      withPull(asked, (pull) => {
        const { git } = asked.state
        const change = changeOf(asked, pull)
        const [before, after] = [change?.mergeBase.oid ?? '', change?.head.oid ?? '']
        const files = changesOf(git, git.filesOf(before), git.filesOf(after))
        return listed(files, asked, (file) => diffEntry(file, after, asked.place))
      }),
  },
}

function changeOf({ state }: Asked, { base, headSha }: PullRequestState) {
  const [from, to] = [state.resolve(base), state.git.commits.get(headSha)]
  return from === undefined || to === undefined ? undefined : compare(state.git, from, to)
}

/** A head without its owner is not looked at, as GitHub does it. */
function list(asked: Asked): Answered {
  const { state: wanted = 'open', head, base, direction, sort = 'created' } = asked.parameters
  const pulls = asked.state.lag.pulls
    .seen(asked.state.pulls)
    .filter(
      (pull) =>
        (wanted === 'all' || pull.state === wanted) &&
        (base === undefined || base === pull.base) &&
        (head === undefined || !String(head).includes(':') || isHead(String(head), pull, asked.place)),
    )
  const at = (pull: PullRequestState) => (sort === 'updated' ? pull.updatedAt : pull.createdAt)
  const sorted = pulls.toSorted((a, b) => at(a).localeCompare(at(b)) || a.number - b.number)
  const isOldestFirst =
    direction === 'asc' || (direction === undefined && asked.parameters['sort'] === 'updated')
  return listed(isOldestFirst ? sorted : sorted.toReversed(), asked, (pull) => pullRequest(pull, asked))
}

/** Who owns it may be spelled in any case. */
function isHead(wanted: string, { head, headOwner }: PullRequestState, { owner }: Place): boolean {
  const [by = '', ...branch] = wanted.split(':')
  return by.toLowerCase() === (headOwner ?? owner).toLowerCase() && branch.join(':') === head
}

function tooLong(body: Readonly<Record<string, unknown>>): Answered | undefined {
  for (const [field, limit] of Object.entries(LIMITS)) {
    const text = body[field]
    const message = `${field} is too long (maximum is ${limit} characters)`
    if (typeof text === 'string' && lengthOf(text) > limit)
      return invalid({ resource: 'Issue', code: 'custom', field, message })
  }
  return undefined
}

interface NewPull {
  readonly title?: string
  readonly body?: string
  readonly head: string
  readonly base: string
  readonly draft?: boolean
}

function create(asked: Asked): Answered {
  const { state, login } = asked
  const { title, body, base, isDraft, head } = newPullOf(asked)
  const refusal = createRefusal(asked) ?? tooLong(asked.body)
  if (refusal !== undefined) return refusal
  changePulls(state)
  const headSha = state.branch(head) ?? ''
  const pull = state.openPull({ head, base, headSha, author: login, title, body, isDraft })
  state.lag.nodes.add(nodeIdOf(state, pull))
  return made(wholePullRequest(pull, asked))
}

function newPullOf({ body, place }: Asked) {
  const { title = '', body: text = null, head, base, draft: isDraft = false } = body as unknown as NewPull
  return {
    title,
    body: text,
    base,
    isDraft,
    head: head.startsWith(`${place.owner}:`) ? head.slice(place.owner.length + 1) : head,
  }
}

function createRefusal(asked: Asked): Answered | undefined {
  const { state, token } = asked
  const { title, base, isDraft, head } = newPullOf(asked)
  const problem = newPullProblem(state, { head, base })
  return firstOf(
    [isJobToken(token) && !state.settings.mayActionsOpenPulls, refused(403, FORBIDDEN)],
    [title.trim() === '', invalid({ resource: 'PullRequest', field: 'title', code: 'missing_field' })],
    [problem !== undefined, invalid(problem)],
    [isDraft && !state.settings.hasDrafts, refused(422, UNDRAFTED)],
  )
}

interface Changed {
  readonly title?: string
  readonly body?: string | null
  readonly state?: 'open' | 'closed'
  readonly base?: string
}

function update(asked: Asked) {
  return (pull: PullRequestState): Answered => {
    const refusal = updateRefusal(asked, pull)
    if (refusal !== undefined) return refusal
    const { state, login } = asked
    const { state: wanted, title = pull.title, body = pull.body, base = pull.base } = asked.body as Changed
    changePulls(state)
    Object.assign(pull, { title, body, base, updatedAt: state.now() })
    if (wanted === 'closed' && pull.state === 'open') closePull(state, pull, login)
    if (wanted === 'open') Object.assign(pull, { state: 'open', closedBy: undefined, closedAt: null })
    return found(wholePullRequest(pull, asked))
  }
}

function updateRefusal({ state, body }: Asked, pull: PullRequestState): Answered | undefined {
  const { state: wanted, base = pull.base } = body as Changed
  const message = wanted === 'open' && pull.state === 'closed' ? reopenProblem(state, pull) : undefined
  return (
    firstOf(
      [message !== undefined, invalid({ resource: 'PullRequest', code: 'custom', field: 'state', message })],
      [
        base !== pull.base && state.branch(base) === undefined,
        invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' }),
      ],
    ) ?? tooLong(body)
  )
}

const UNDRAFTED = 'Draft pull requests are not supported in this repository.'
