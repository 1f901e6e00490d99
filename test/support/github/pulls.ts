/** When GitHub opens, closes, merges and reopens pull requests. */
import type { PullRequestState } from './records.ts'
import type { RepositoryState } from './repository.ts'

export function blankPull(at: string) {
  return {
    ...{ base: 'main', body: null, state: 'open' as const, isDraft: false, isMerged: false },
    ...{ headOwner: undefined, isHeadGone: false, closedBy: undefined, closedAt: null },
    ...{ labels: new Set<string>(), assignees: new Set<string>() },
    ...{ reviewers: new Set<string>(), teamReviewers: new Set<string>() },
    ...{ autoMerge: undefined, mergeState: undefined, createdAt: at, updatedAt: at },
  }
}

/** GraphQL's name for it. */
export function nodeIdOf({ id }: RepositoryState, { number }: PullRequestState): string {
  return `PR_${id}_${number}`
}

/** What a move of a branch does to the pull requests from it and into it. */
export function heedMove(repository: RepositoryState, ref: string, by: string): void {
  const branch = ref.replace(/^refs\/heads\//, '')
  const isOurs = (pull: PullRequestState) => pull.head === branch && pull.headOwner === undefined
  const touched = repository.pulls.filter((pull) => isOurs(pull) || pull.base === branch)
  if (touched.length > 0) changePulls(repository)
  for (const pull of touched) {
    if (pull.state === 'closed') pull.isHeadGone ||= isOurs(pull) && isRewritten(repository, pull)
    else if (isOurs(pull)) heedHead(repository, pull, by)
    else heedBase(repository, pull, by)
  }
}

function heedHead(repository: RepositoryState, pull: PullRequestState, by: string): void {
  const head = repository.branch(pull.head)
  pull.updatedAt = repository.now()
  if (head !== undefined) pull.headSha = head
  if (head !== undefined && hasCommits(repository, pull)) return
  pull.isHeadGone = head !== undefined
  closePull(repository, pull, by)
}

function heedBase(repository: RepositoryState, pull: PullRequestState, by: string): void {
  if (repository.branch(pull.base) !== undefined && hasCommits(repository, pull)) return
  pull.isMerged = repository.branch(pull.base) !== undefined
  closePull(repository, pull, by)
}

function isRewritten({ git, ...repository }: RepositoryState, { head, headSha }: PullRequestState): boolean {
  const tip = repository.refs.get(`refs/heads/${head}`)
  return tip !== undefined && !git.isAncestor(headSha, tip)
}

export function closePull(repository: RepositoryState, pull: PullRequestState, by: string): void {
  pull.state = 'closed'
  pull.closedBy = by
  pull.closedAt = repository.now()
  pull.updatedAt = repository.now()
  pull.autoMerge = undefined
}

/** Whether the head has anything that the base has not. What this git does not know is taken for that. */
function hasCommits(repository: RepositoryState, pull: PullRequestState): boolean {
  const base = repository.branch(pull.base)
  return base === undefined || !repository.git.isAncestor(pull.headSha, base)
}

/** To be called before each change of a pull request. */
export function changePulls({ lag, pulls }: RepositoryState): void {
  lag.pulls.before(() => structuredClone(pulls))
}

interface Wanted {
  readonly head: string
  readonly base: string
}

/** Why no pull request can be made of it; `undefined` if it can. */
export function newPullProblem(repository: RepositoryState, { head, base }: Wanted) {
  const problem = (field: string) => ({ resource: 'PullRequest', field, code: 'invalid' })
  const custom = (message: string) => ({ resource: 'PullRequest', code: 'custom', message })
  const [headTip, baseTip] = [repository.branch(head), repository.branch(base)]
  if (headTip === undefined) return problem('head')
  if (baseTip === undefined) return problem('base')
  const isSame = (pull: PullRequestState) =>
    pull.state === 'open' && pull.headOwner === undefined && pull.head === head && pull.base === base
  const owner = repository.name.replace(/\/.*/, '')
  if (repository.pulls.some(isSame)) return custom(`A pull request already exists for ${owner}:${head}.`)
  const { git } = repository
  if (git.isAncestor(headTip, baseTip)) return custom(`No commits between ${base} and ${head}`)
  const isRelated = [...git.ancestorsOf(headTip)].some((oid) => git.isAncestor(oid, baseTip))
  return isRelated ? undefined : custom(`The ${head} branch has no history in common with ${base}`)
}

/** Why a closed one stays closed; `undefined` if it can be opened again. */
export function reopenProblem(repository: RepositoryState, pull: PullRequestState): string | undefined {
  if (pull.isMerged) return 'state cannot be changed. The pull request cannot be reopened.'
  const head = repository.branch(pull.head)
  if (head === undefined) return `state cannot be changed. The ${pull.head} branch has been deleted.`
  if (pull.isHeadGone)
    return `state cannot be changed. The ${pull.head} branch was force-pushed or recreated.`
  const isOther = (other: PullRequestState) =>
    other.state === 'open' && other.head === pull.head && other.base === pull.base
  if (repository.pulls.some(isOther))
    return `state cannot be changed. There is already an open pull request from ${pull.head} to ${pull.base}.`
  return hasCommits(repository, pull)
    ? undefined
    : `state cannot be changed. There are no new commits between base branch '${pull.base}' and head branch '${pull.head}'.`
}

export function mergePull(repository: RepositoryState, number: number, by: string): void {
  const pull = repository.pulls.find((one) => one.number === number)
  if (pull?.state !== 'open') throw new Error(`No pull request ${number} is open.`)
  const base = repository.branch(pull.base)
  if (base === undefined) throw new Error(`There is no branch ${pull.base}.`)
  const oid = repository.commit({
    files: Object.fromEntries(repository.git.filesOf(pull.headSha)),
    parents: [base, pull.headSha],
    message: `Merge pull request #${number} from ${pull.head}`,
    ...{ author: by, isVerified: true },
  })
  repository.setBranch(pull.base, oid, by)
}
