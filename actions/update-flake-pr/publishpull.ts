/** The pull request of a branch that has just got its commit. */
import { ActionError } from '../shared/errors.ts'
import { GitHubUnavailable } from '../shared/github.ts'
import { objectIn } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import { wantsMore } from './extras.ts'
import { isUnanswered, patiently, problemOf, untilThere } from './lost.ts'
import { carryOut, GitHubRefused, withWords } from './pullwords.ts'
import type { Desired, PublishWorld } from './publishing.ts'
import { pullIn, pullsOn, type Pull } from './pulls.ts'
import { deleteOwn } from './refs.ts'

export interface Head {
  readonly sha: string
  /** The branch was made in this run. */
  readonly isNew: boolean
}

export interface Put {
  readonly status: 'created' | 'updated'
  readonly pull: Pull
  /** Its text is the old one. */
  readonly problem: ActionError | undefined
}

const PERMISSION = 'pull-requests: write'

export async function putPull(desired: Desired, head: Head, world: PublishWorld): Promise<Put> {
  if (desired.open !== undefined) return updated(desired.open, { desired, head }, world)
  const created = await createdPull({ desired, head }, world)
  if (created.isNew) return { status: 'created', pull: created.pull, problem: undefined }
  return updated(created.pull, { desired, head }, world)
}

/** Until all of it is done, so that a run that is killed before that leaves it to the next one. */
function restOf(desired: Desired): 'undone' | undefined {
  return wantsMore(desired) ? 'undone' : undefined
}

interface Task {
  readonly desired: Desired
  readonly head: Head
}

async function updated(pull: Pull, { desired, head }: Task, { ask }: PublishWorld): Promise<Put> {
  const { title, bodyFor, repository, branch } = desired
  const base = pull.base === repository.base.name ? {} : { base: repository.base.name }
  const deed = {
    doing: `update pull request #${pull.number}`,
    permission: PERMISSION,
    parameters: { pull_number: pull.number, title, body: bodyFor(head.sha, restOf(desired)), ...base },
  }
  const problem = await problemOf(async () => {
    const answer = objectIn(await carryOut(ask, 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}', deed))
    if (answer?.['state'] === 'closed')
      throw new ActionError(`Pull request #${pull.number} was closed while this run was updating it.`)
  })
  const words = `Branch '${branch}' is at ${head.sha}, and the text of ${pull.url} may be the old one; the next run writes it.`
  return {
    status: 'updated',
    pull,
    problem: problem && withWords(problem, words),
  }
}

export async function writeBody(number: number, body: string, ask: Ask): Promise<void> {
  await carryOut(ask, 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
    doing: `update the text of pull request #${number}`,
    permission: PERMISSION,
    parameters: { pull_number: number, body },
  })
}

interface Created {
  readonly pull: Pull
  /** There was none before. */
  readonly isNew: boolean
}

async function createdPull(task: Task, world: PublishWorld): Promise<Created> {
  try {
    return { pull: await patiently(() => posted(task, world.ask), isTooEarly, world), isNew: true }
  } catch (error) {
    if (world.cancel.aborted) world.log.warning(unknownWords(task))
    if (!(error instanceof ActionError)) throw error
    const there = await thereAfter(error, task, world)
    if (typeof there === 'object') return { pull: there, isNew: isUnanswered(error) }
    throw withWords(error, await leftWords(task, there, world.ask))
  }
}

async function posted(task: Task, ask: Ask): Promise<Pull> {
  const { branch, repository, title, bodyFor, options } = task.desired
  const answer = await carryOut(ask, 'POST /repos/{owner}/{repo}/pulls', {
    doing: `create a pull request from '${branch}' to '${repository.base.name}'`,
    permission: PERMISSION,
    parameters: {
      ...{ title, head: branch, base: repository.base.name },
      ...{ body: bodyFor(task.head.sha, restOf(task.desired)), draft: options.isDraft },
    },
  })
  const made = objectIn(answer)
  if (made === undefined)
    throw new GitHubUnavailable('GitHub says of the new pull request nothing that can be read.')
  return pullIn(made)
}

/** A branch that was made a moment ago may not be known yet where pull requests are made. */
function isTooEarly(error: unknown): boolean {
  return error instanceof GitHubRefused && /no commits between|head invalid/i.test(error.said)
}

/** Somebody was faster, or GitHub's answer got lost: what there is, if that can be seen. */
async function thereAfter(
  error: ActionError,
  { desired }: Task,
  world: PublishWorld,
): Promise<Pull | 'none' | 'unknown'> {
  const isLost = isUnanswered(error)
  if (!isLost && !(error instanceof GitHubRefused && /already exists/i.test(error.said))) return 'none'
  const look = async () => (await pullsOn(desired.branch, desired.repository, world.ask)).open
  try {
    return (await untilThere(look, world)) ?? (isLost ? 'none' : 'unknown')
  } catch (trouble) {
    if (trouble instanceof ActionError) return 'unknown'
    throw trouble
  }
}

/** What there is without a pull request: a branch that was made for it is deleted again. */
async function leftWords({ desired, head }: Task, there: 'none' | 'unknown', ask: Ask): Promise<string> {
  const { branch } = desired
  const place = placeOf(desired)
  if (there === 'unknown') return unknownWords({ desired })
  if (!head.isNew) return `${place} has the commit, and no pull request; the next run goes on from there.`
  const problem = await problemOf(() => deleteOwn(branch, head.sha, ask))
  if (problem === undefined) return `Branch '${branch}', which was made for it, is deleted again.`
  return `${place}, which was made for it, is still there. ${problem.message}`
}

function unknownWords({ desired }: Pick<Task, 'desired'>): string {
  return `${placeOf(desired)} has the commit, and there may be a pull request all the same; the next run goes on from there.`
}

function placeOf({ branch, repository }: Desired): string {
  return `Branch '${branch}' (${repository.url}/tree/${encodeURI(branch)})`
}
