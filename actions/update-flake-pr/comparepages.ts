/** Comparisons by GitHub, which tells their commits by the page, the oldest first. */
import { numberIn, objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'
import type { GitHubAnswer } from '../shared/ports.ts'
import { Turns } from '../shared/turns.ts'
import type { Commit, History } from './facts.ts'
import { orProblem, repositoryAt, type Upstreams } from './forges.ts'
import type { Place } from './links.ts'

/** Two revisions of one repository. */
export interface Pair {
  readonly key: string
  readonly place: Place
  readonly from: string
  readonly to: string
}

interface Problem {
  readonly problem: string
}

export type Told = History | Problem

interface Page {
  readonly relation: History['relation']
  readonly total: number
  readonly commits: readonly Commit[]
}

interface Comparison {
  readonly pair: Pair
  readonly pages: Page[]
  problem: string
}

const PER_PAGE = 100
/** Of one comparison: the first tells how many commits there are, and the last ones have the newest. */
const MAX_PAGES = 3
/** A run is to take 40 at most, and the pull request takes the others. */
const MAX_REQUESTS = 25
const AT_A_TIME = 3
const RELATIONS = ['ahead', 'behind', 'diverged', 'identical'] as const

/** By the pairs' keys. At most 25 requests for all: each gets its first page, then each its newest, and so on. */
export async function compared(
  pairs: readonly Pair[],
  upstreams: Upstreams,
): Promise<ReadonlyMap<string, Told>> {
  const unasked = `those of ${MAX_REQUESTS} others were asked for already`
  const comparisons = pairs.map((pair): Comparison => ({ pair, pages: [], problem: unasked }))
  const turns = new Turns(AT_A_TIME)
  let left = MAX_REQUESTS
  for (let round = 1; round <= MAX_PAGES; round++) {
    const growing = comparisons.filter((one) => nextPage(one, round) > 0).slice(0, left)
    left -= growing.length
    await Promise.all(growing.map((one) => turns.take(() => grow(one, nextPage(one, round), upstreams))))
  }
  return new Map(comparisons.map((one) => [one.pair.key, toldBy(one)]))
}

/** 0 = there is none to ask for. */
function nextPage({ pages: [first, ...others] }: Comparison, round: number): number {
  if (round === 1) return 1
  const number = Math.ceil((first?.total ?? 0) / PER_PAGE) - others.length
  return number > 1 ? number : 0
}

async function grow(comparison: Comparison, number: number, upstreams: Upstreams): Promise<void> {
  const { place, from, to } = comparison.pair
  const page = await orProblem(async () => {
    const parameters = { basehead: `${from}...${to}`, per_page: PER_PAGE, page: number }
    return pageIn(await repositoryAt(place, upstreams)('/compare/{basehead}', parameters), place)
  }, upstreams)
  if ('problem' in page) comparison.problem = page.problem
  else comparison.pages.push(page)
}

function pageIn({ status, data }: GitHubAnswer, place: Place): Page | Problem {
  const answer = objectIn(data)
  if (status !== 200 || answer === undefined) return { problem: refusal(status, place) }
  const commits = objectsIn(answer['commits']).flatMap((commit) => commitIn(commit, place))
  return {
    relation: RELATIONS.find((name) => name === answer['status']) ?? 'unknown',
    total: numberIn(answer['total_commits']) ?? commits.length,
    commits,
  }
}

/** What a forge's answer means that is none. */
export function refusal(status: number, { host, owner, repo }: Place): string {
  const name = `${owner}/${repo}`
  if (status === 404)
    return `${host} does not compare the two revisions of ${name} (404): it is private, or they have no common ancestor`
  if (status === 401 || status === 403 || status === 429)
    return `${host} does not tell the history of ${name} (${status}): its token is not good for it, or asked too often`
  return `${host} does not tell the history of ${name} (status ${status})`
}

function commitIn(commit: Json, { web }: Place): readonly Commit[] {
  const [sha, details] = [textIn(commit['sha']), objectIn(commit['commit'])]
  if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha)) return []
  const login = textIn(objectIn(commit['author'])?.['login'])
  return [
    {
      sha,
      message: textIn(details?.['message']),
      author: login || textIn(objectIn(details?.['author'])?.['name']),
      url: `${web}/commit/${sha}`,
    },
  ]
}

function toldBy({ pages, problem }: Comparison): Told {
  const [first, ...newest] = pages
  if (first === undefined) return { problem }
  const oldestFirst = [first, ...newest.toReversed()].flatMap(({ commits }) => commits)
  const commits = [...new Map(oldestFirst.map((commit) => [commit.sha, commit])).values()].toReversed()
  return { relation: first.relation, total: first.total, commits }
}
