/** Comparisons by other forges, which tell all of them in one answer. */
import { numberIn, objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'
import { refusal, type Pair, type Told } from './comparepages.ts'
import type { Commit } from './facts.ts'
import { fetched, orProblem, parsed, type Upstreams } from './forges.ts'

/** `undefined` for a forge that tells none. */
export function toldByForge(pair: Pair, upstreams: Upstreams): Promise<Told> | undefined {
  const { place, from, to } = pair
  const { host, owner, repo } = place
  if (place.forge === 'gitlab') {
    const project = encodeURIComponent(`${owner}/${repo}`)
    const url = `https://${host}/api/v4/projects/${project}/repository/compare?from=${from}&to=${to}`
    return told(pair, upstreams, { url, commitsIn: gitlabCommits })
  }
  if (place.forge !== 'forgejo') return undefined
  const url = `https://${host}/api/v1/repos/${owner}/${repo}/compare/${from}...${to}`
  return told(pair, upstreams, { url, commitsIn: forgejoCommits })
}

interface Dialect {
  readonly url: string
  /** Newest first. */
  readonly commitsIn: (answer: Json, web: string) => readonly Commit[]
}

function told({ place }: Pair, upstreams: Upstreams, { url, commitsIn }: Dialect): Promise<Told> {
  return orProblem(async (): Promise<Told> => {
    const { status, body } = await fetched(place, url, upstreams)
    const answer = objectIn(parsed(body))
    if (status !== 200 || answer === undefined) return { problem: refusal(status, place) }
    const commits = commitsIn(answer, place.web)
    const total = numberIn(answer['total_commits']) ?? commits.length
    // They tell what the new revision has and the old one has not, and not the other way round.
    return { relation: total === 0 ? 'behind' : 'unknown', total, commits }
  }, upstreams)
}

/** https://docs.gitlab.com/api/repositories/#compare-branches-tags-or-commits */
function gitlabCommits(answer: Json, web: string): readonly Commit[] {
  const commits = objectsIn(answer['commits']).map((commit) => ({
    sha: textIn(commit['id']),
    message: textIn(commit['message']),
    author: textIn(commit['author_name']),
  }))
  return sound(commits, `${web}/-/commit`).toReversed()
}

/** https://codeberg.org/api/swagger#/repository/repoCompareDiff */
function forgejoCommits(answer: Json, web: string): readonly Commit[] {
  const commits = objectsIn(answer['commits']).map((commit) => {
    const details = objectIn(commit['commit'])
    const name = textIn(objectIn(details?.['author'])?.['name'])
    return { sha: textIn(commit['sha']), message: textIn(details?.['message']), author: name }
  })
  return sound(commits, `${web}/commit`)
}

function sound(commits: readonly Omit<Commit, 'url'>[], page: string): readonly Commit[] {
  return commits
    .filter(({ sha }) => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha))
    .map((commit) => ({ ...commit, url: `${page}/${commit.sha}` }))
}
