/** The closure that was recorded last before a commit: what a new one is compared with. */
import { ActionError, messageOf } from '../shared/errors.ts'
import { objectIn, textIn } from '../shared/json.ts'
import { firstParents } from './ancestors.ts'
import type { Baseline } from './facts.ts'
import { openPullRequest, pullRequestOf, type Asked } from './pullrequest.ts'
import { recordedPaths } from './noteline.ts'

/** How many commits are looked at. */
const MAX_COMMITS = 100

export interface Past {
  readonly asked: Asked
  readonly notes: {
    readonly textOf: (sha: string) => Promise<string>
    readonly commits: () => Promise<ReadonlySet<string>>
  }
  readonly repository: { readonly owner: string; readonly repo: string }
  readonly sha: string
  /** `undefined` = the open one whose head is `sha`, if `isOnPullRequest`. */
  readonly pullRequest: number | undefined
  /** Whether there may be a pull request. */
  readonly isOnPullRequest: boolean
  readonly warn: (words: string) => void
}

/** Either what is found, or why nothing is, in words without a full stop. */
export type Found = Baseline | { readonly path: undefined; readonly why: string }

/**
 * By configuration: from the nearest ancestor by first parents that has a path recorded for it, beginning with the merge
 * base of a pull request. Lines that name several paths say nothing. Rejects with an `ActionError`.
 */
export async function previousOf(
  configurations: readonly string[],
  past: Past,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>()
  const why = await collected(configurations, found, past)
  for (const name of configurations) if (!found.has(name)) found.set(name, { path: undefined, why })
  return found
}

/** Resolves to why there is nothing for the others. */
async function collected(names: readonly string[], found: Map<string, Found>, past: Past): Promise<string> {
  const noted = await past.notes.commits()
  if (noted.size === 0) return 'no commit has a recorded closure yet'
  let count = 0
  for await (const sha of commitsFrom(await startOf(past), past)) {
    count += 1
    if (noted.has(sha)) await collectAt(sha, names, { found, past })
    if (found.size === names.length || count === MAX_COMMITS) break
  }
  return noneIn(count)
}

interface Collecting {
  readonly found: Map<string, Found>
  readonly past: Past
}

async function collectAt(sha: string, names: readonly string[], { found, past }: Collecting): Promise<void> {
  const note = await past.notes.textOf(sha)
  for (const name of names.filter((one) => !found.has(one))) {
    const [path, ...others] = recordedPaths(note, name)
    if (path !== undefined && others.length === 0) found.set(name, { path, commit: sha })
  }
}

function noneIn(commits: number): string {
  if (commits === 0) return 'there is no commit before it'
  return `no closure is recorded for ${commits === 1 ? 'the commit' : `any of the ${commits} commits`} before it`
}

interface Start {
  readonly sha: string
  /** The commit itself is not among those before it; the merge base of a pull request is. */
  readonly isIncluded: boolean
}

async function startOf(past: Past): Promise<Start> {
  const mergeBase = await mergeBaseOf(past)
  // A pull request whose commits are all on its base has none of its own.
  return mergeBase === undefined || mergeBase === past.sha
    ? { sha: past.sha, isIncluded: false }
    : { sha: mergeBase, isIncluded: true }
}

/** The commits before any commit lead to its base as well, only by another way: without it there is still an answer. */
async function mergeBaseOf(past: Past): Promise<string | undefined> {
  const { asked, sha, warn } = past
  try {
    const { baseSha } = (await pullRequestFor(past)) ?? { baseSha: '' }
    if (baseSha === '') return undefined
    // One commit of them, and as the files are on the first page only: none of those.
    const parameters = { basehead: `${baseSha}...${sha}`, per_page: 1, page: 2 }
    const answer = objectIn(await asked('GET /repos/{owner}/{repo}/compare/{basehead}', parameters))
    const mergeBase = textIn(objectIn(answer?.['merge_base_commit'])?.['sha'])
    return mergeBase === '' ? undefined : mergeBase
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    warn(`Where the pull request begins is not known: ${messageOf(error)}`)
    return undefined
  }
}

async function pullRequestFor(past: Past) {
  if (past.pullRequest !== undefined) return pullRequestOf(past.asked, past.pullRequest)
  return past.isOnPullRequest ? openPullRequest(past.asked, past) : undefined
}

async function* commitsFrom({ sha, isIncluded }: Start, { asked }: Past): AsyncGenerator<string, void> {
  for await (const one of firstParents(sha, asked)) if (isIncluded || one !== sha) yield one
}
