import { objectIn, objectsIn, textIn, numberIn, type Json } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import type { State } from './facts.ts'
import { carryOut } from './pullwords.ts'
import type { Repository } from './repository.ts'
import { stateIn } from './state.ts'

export interface Pull {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly body: string
  readonly branch: string
  /** The branch it is proposed to. */
  readonly base: string
  readonly headSha: string
  readonly isDraft: boolean
  /** GraphQL's name for it. */
  readonly nodeId: string
  /** What this action remembers in the body; `undefined` if there is nothing of the kind. */
  readonly state: State | undefined
  readonly isMerged: boolean
  readonly author: string
}

export interface Pulls {
  readonly open: Pull | undefined
  /** Newest first. */
  readonly closed: readonly Pull[]
}

const ROUTE = 'GET /repos/{owner}/{repo}/pulls'
const LAST = 20
const PER_PAGE = 100
const MAX_PAGES = 10

/**
 * The last 20 pull requests of a branch of this repository. An open one may lead to another base than is wanted now;
 * closed ones led to this one.
 */
export async function pullsOn(branch: string, repository: Repository, ask: Ask): Promise<Pulls> {
  const head = `${repository.owner}:${branch}`
  const answer = await carryOut(ask, ROUTE, {
    doing: `list the pull requests of branch '${branch}'`,
    permission: 'pull-requests: read',
    parameters: { head, state: 'all', sort: 'created', direction: 'desc', per_page: LAST },
  })
  const all = ownIn(answer, repository).filter(({ pull }) => pull.branch === branch)
  const open = all.filter(({ isOpen }) => isOpen).map(({ pull }) => pull)
  const closed = all.filter(({ isOpen }) => !isOpen).map(({ pull }) => pull)
  return {
    open: open.find(({ base }) => base === repository.base.name) ?? open[0],
    closed: closed.filter(({ base }) => base === repository.base.name),
  }
}

/** All open ones whose branch is below `branch/`. */
export async function openBelow(branch: string, repository: Repository, ask: Ask): Promise<readonly Pull[]> {
  const found: Pull[] = []
  for (let page = 1; page <= MAX_PAGES; page++) {
    const answer = await carryOut(ask, ROUTE, {
      doing: 'list the open pull requests',
      permission: 'pull-requests: read',
      parameters: { state: 'open', sort: 'created', direction: 'desc', per_page: PER_PAGE, page },
    })
    const own = ownIn(answer, repository).map(({ pull }) => pull)
    found.push(...own.filter((pull) => pull.branch.startsWith(`${branch}/`)))
    if (objectsIn(answer).length < PER_PAGE) break
  }
  return found
}

/** A fork may have a branch of the same name. */
function ownIn(answer: unknown, { fullName }: Repository) {
  return objectsIn(answer)
    .filter((one) => repositoryOf(one).toLowerCase() === fullName.toLowerCase())
    .map((one) => ({ pull: pullIn(one), isOpen: one['state'] === 'open' }))
}

function repositoryOf(pull: Json): string {
  return textIn(objectIn(objectIn(pull['head'])?.['repo'])?.['full_name'])
}

/** As the API writes it, alone or in a list. */
export function pullIn(one: Json): Pull {
  const head = objectIn(one['head'])
  const body = textIn(one['body'])
  return {
    number: numberIn(one['number']) ?? 0,
    url: textIn(one['html_url']),
    title: textIn(one['title']),
    body,
    branch: textIn(head?.['ref']),
    base: textIn(objectIn(one['base'])?.['ref']),
    headSha: textIn(head?.['sha']),
    isDraft: one['draft'] === true,
    nodeId: textIn(one['node_id']),
    state: stateIn(body),
    isMerged: textIn(one['merged_at']) !== '',
    author: textIn(objectIn(one['user'])?.['login']),
  }
}
