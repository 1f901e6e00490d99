/** The commit is made first, and the branch moved to it once: GitHub closes a pull request whose head is on its base. */
import { ActionError } from '../shared/errors.ts'
import type { Ask } from './asking.ts'
import { whyForeign } from './branches.ts'
import { commitFor } from './commits.ts'
import { problemOf } from './lost.ts'
import { GitHubRefused, withWords } from './pullwords.ts'
import type { Desired, PublishWorld } from './publishing.ts'
import { branchesFrom, createBranch, deleteOwn, headOf, moveBranch } from './refs.ts'

interface Kept {
  readonly kind: 'kept'
  readonly words: string
}

interface Moved {
  readonly kind: 'moved'
  readonly sha: string
  readonly isVerified: boolean
  /** There was no such branch before. */
  readonly isNew: boolean
}

export async function movedBranch(desired: Desired, world: PublishWorld): Promise<Moved | Kept> {
  const { branch, open } = desired
  const before = open?.headSha ?? (await headOf(branch, world.ask))
  const foreign = await whyNotOurs(desired, before, world)
  if (foreign !== undefined)
    return kept(`Branch '${branch}' is left as it is, without a pull request: ${foreign}.`)
  await using commit = await commitFor(desired, world)
  const now = await headOf(branch, world.ask)
  if (now !== before || !(await isMoved(desired, { from: now, to: commit.sha }, world)))
    return kept(`Branch '${branch}' is left as it is: somebody changed it while this run was looking at it.`)
  world.log.info(`Branch '${branch}' is at ${commit.sha}.`)
  return { kind: 'moved', sha: commit.sha, isVerified: commit.isVerified, isNew: now === undefined }
}

function kept(words: string): Kept {
  return { kind: 'kept', words }
}

/** Of a branch that has no open pull request; the caller has looked at the one of a pull request. */
async function whyNotOurs(
  { open, options, repository, lockPaths, merged }: Desired,
  headSha: string | undefined,
  { ask }: PublishWorld,
): Promise<string | undefined> {
  if (open !== undefined || headSha === undefined || options.onEdited === 'overwrite') return undefined
  if (merged.includes(headSha)) return undefined
  return whyForeign({ base: repository.base.name, headSha, lockPaths }, ask)
}

interface Move {
  readonly from: string | undefined
  readonly to: string
}

/** `false` if somebody made a branch of this name, or pushed to it, in the meantime. */
async function isMoved(desired: Desired, { from, to }: Move, world: PublishWorld): Promise<boolean> {
  const { branch } = desired
  try {
    return await (from === undefined
      ? createBranch(branch, to, world)
      : moveBranch(branch, { from, to }, world))
  } catch (error) {
    if (world.cancel.aborted && from === undefined) await dropNew(branch, to, world)
    if (!(error instanceof ActionError)) throw error
    throw withWords(error, await thereIs(desired, { error, isNew: from === undefined }, world.ask))
  }
}

/** Of a run that was canceled before it asked for the pull request. */
export async function dropNew(branch: string, sha: string, { askAtLast, log }: PublishWorld): Promise<void> {
  const problem = await problemOf(() => deleteOwn(branch, sha, askAtLast))
  if (problem !== undefined)
    log.warning(`Branch '${branch}' is left over; the next run goes on from there. ${problem.message}`)
}

interface Failure {
  readonly error: ActionError
  readonly isNew: boolean
}

/** What there is after the branch could not be moved. */
async function thereIs({ branch, open }: Desired, { error, isNew }: Failure, ask: Ask): Promise<string> {
  if (!(error instanceof GitHubRefused))
    return `Whether it was done all the same is not known; the next run goes on from there.`
  if (open !== undefined) return `Pull request #${open.number} (${open.url}) stays as it was.`
  const inTheWay = isNew ? await branchInTheWay(branch, ask) : undefined
  if (inTheWay === undefined) return 'Nothing was changed.'
  return `There is a branch '${inTheWay}', and git has no room for '${branch}' beside it: rename or delete it, or choose another 'branch'.`
}

/** Git cannot have both `a` and `a/b`. */
async function branchInTheWay(branch: string, ask: Ask): Promise<string | undefined> {
  const parts = branch.split('/')
  const above = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
  try {
    for (const name of above) if ((await headOf(name, ask)) !== undefined) return name
    return (await branchesFrom(`${branch}/`, ask))[0]
  } catch (error) {
    if (error instanceof ActionError) return undefined
    throw error
  }
}
