/** Branches as refs: where they are, and moving them. */
import { ActionError } from '../shared/errors.ts'
import { objectIn, objectsIn, textIn } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import { isUnanswered, orFound, patiently, untilThere } from './lost.ts'
import type { PublishWorld } from './publishing.ts'
import { carryOut, GitHubRefused } from './pullwords.ts'

type Asking = Pick<PublishWorld, 'ask' | 'clock' | 'cancel'>

const PERMISSION = 'contents: write'

/** The commit a branch is at; `undefined` if there is no such branch. */
export async function headOf(branch: string, ask: Ask): Promise<string | undefined> {
  const deed = {
    doing: `show branch '${branch}'`,
    permission: 'contents: read',
    parameters: { ref: `heads/${branch}` },
  }
  try {
    const ref = objectIn(await carryOut(ask, 'GET /repos/{owner}/{repo}/git/ref/{ref}', deed))
    return commitIn(objectIn(ref?.['object'])?.['sha'], `branch '${branch}'`)
  } catch (error) {
    if (error instanceof GitHubRefused && error.code === '404') return undefined
    throw error
  }
}

/** Whether there was none of this name yet. */
export async function createBranch(branch: string, sha: string, world: Asking): Promise<boolean> {
  const deed = {
    doing: `create branch '${branch}'`,
    permission: PERMISSION,
    parameters: { ref: `refs/heads/${branch}`, sha },
  }
  const look = async () => ((await headOf(branch, world.ask)) === sha ? sha : undefined)
  try {
    await orFound(
      () =>
        patiently(() => carryOut(world.ask, 'POST /repos/{owner}/{repo}/git/refs', deed), isTooEarly, world),
      () => untilThere(look, world),
    )
    return true
  } catch (error) {
    if (error instanceof GitHubRefused && /already exists/i.test(error.said)) return false
    throw error
  }
}

/** A commit that was made a moment ago. */
function isTooEarly(error: unknown): boolean {
  return error instanceof GitHubRefused && /object does not exist/i.test(error.said)
}

export interface Move {
  readonly from: string
  readonly to: string
}

/**
 * Where GitHub's answer gets lost, the branch is looked at before it is moved again: REST has no way to say from where.
 * `false` if somebody pushed to it in the meantime.
 */
export async function moveBranch(branch: string, { from, to }: Move, world: Asking): Promise<boolean> {
  const deed = {
    doing: `move branch '${branch}'`,
    permission: PERMISSION,
    parameters: { ref: `heads/${branch}`, sha: to, force: true },
    how: 'once',
  } as const
  let isFirst = true
  const move = async (): Promise<boolean> => {
    const now = isFirst ? from : await headOf(branch, world.ask)
    isFirst = false
    if (now !== from) return now === to
    await carryOut(world.ask, 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', deed)
    return true
  }
  return patiently(move, (error) => isTooEarly(error) || isUnanswered(error), world)
}

/** Only while it is where this action put it. What was made a moment ago may seem not to be there. */
export async function deleteOwn(branch: string, sha: string, ask: Ask): Promise<void> {
  const now = await headOf(branch, ask)
  if (now !== undefined && now !== sha)
    throw new ActionError(`Branch '${branch}' is not deleted: somebody pushed to it.`)
  await deleteBranch(branch, ask)
}

/** One that is gone already is as good. */
export async function deleteBranch(branch: string, ask: Ask): Promise<void> {
  const deed = {
    doing: `delete branch '${branch}'`,
    permission: PERMISSION,
    parameters: { ref: `heads/${branch}` },
  }
  try {
    await carryOut(ask, 'DELETE /repos/{owner}/{repo}/git/refs/{ref}', deed)
  } catch (error) {
    if (!(error instanceof GitHubRefused) || !/does not exist/i.test(error.said)) throw error
  }
}

/** Names of the branches that begin with this. */
export async function branchesFrom(beginning: string, ask: Ask): Promise<readonly string[]> {
  const refs = await carryOut(ask, 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}', {
    doing: `list the branches that begin with '${beginning}'`,
    permission: 'contents: read',
    parameters: { ref: `heads/${beginning}` },
  })
  return objectsIn(refs).map((ref) => textIn(ref['ref']).replace(/^refs\/heads\//, ''))
}

/** A commit's id out of an answer, which goes into later requests and links. */
export function commitIn(value: unknown, what: string): string {
  const sha = textIn(value)
  if (/^[0-9a-f]{40}$/.test(sha)) return sha
  throw new ActionError(`GitHub's answer about ${what} names no commit.`)
}
