/** Whose commits a branch has. */
import { numberIn, objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import { carryOut, GitHubRefused } from './pullwords.ts'

export interface Compared {
  /** A branch or a commit. */
  readonly base: string
  /** The same. */
  readonly headSha: string
  readonly lockPaths: readonly string[]
}

const PER_PAGE = 100

/**
 * Why what leads from the base to a commit is not this action's alone; `undefined` if it is nothing, or one commit that
 * changes lock files only. Merges of the base do not count. What cannot be seen whole is not this action's.
 */
export async function whyForeign(compared: Compared, ask: Ask): Promise<string | undefined> {
  const { base, headSha, lockPaths } = compared
  const comparison = await comparisonOf(compared, ask)
  if (comparison === undefined) return `it has no commit in common with '${base}'`
  if (comparison['ahead_by'] === 0) return undefined
  const commits = objectsIn(comparison['commits'])
  if (commits.length === 0 || numberIn(comparison['total_commits']) !== commits.length)
    return `it has more commits than can be looked through`
  const own = commits.filter((commit) => !isMergeOfBase(commit, commits))
  if (own.length !== 1) return `${own.length} commits lead from '${base}' to ${headSha.slice(0, 8)}`
  const foreign = objectsIn(comparison['files']).find((file) => !isLock(file, lockPaths))
  return foreign === undefined ? undefined : `it changes ${textIn(foreign['filename'])}`
}

async function comparisonOf({ base, headSha }: Compared, ask: Ask): Promise<Json | undefined> {
  const deed = {
    doing: `compare ${headSha} with '${base}'`,
    permission: 'contents: read',
    parameters: { basehead: `${base}...${headSha}`, per_page: PER_PAGE, page: 1 },
  }
  try {
    return objectIn(await carryOut(ask, 'GET /repos/{owner}/{repo}/compare/{basehead}', deed)) ?? {}
  } catch (error) {
    if (error instanceof GitHubRefused && error.code === '404') return undefined
    throw error
  }
}

/** All commits that the base does not have are listed: a parent that is not listed is one of the base's. */
function isMergeOfBase(commit: Json, commits: readonly Json[]): boolean {
  const listed = new Set(commits.map(({ sha }) => sha))
  const parents = objectsIn(commit['parents'])
  return parents.length === 2 && parents.filter(({ sha }) => listed.has(sha)).length === 1
}

function isLock(file: Json, lockPaths: readonly string[]): boolean {
  return file['status'] === 'modified' && lockPaths.includes(textIn(file['filename']))
}
