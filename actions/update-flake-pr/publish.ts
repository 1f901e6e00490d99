import type { ActionError } from '../shared/errors.ts'
import { enableAutoMerge } from './automerge.ts'
import { dispatchWorkflows } from './dispatch.ts'
import { addLabels, askPeople, wantsMore } from './extras.ts'
import { problemOf } from './lost.ts'
import { dropNew, movedBranch } from './publishbranch.ts'
import type { Desired, Published, PublishWorld, Wished } from './publishing.ts'
import { putPull, writeBody } from './publishpull.ts'
import type { Pull } from './pulls.ts'

/** @throws ActionError where there is no pull request with these files, in words that say what there is instead */
export async function publish(desired: Desired, world: PublishWorld): Promise<Published> {
  const moved = await movedBranch(desired, world)
  if (moved.kind === 'kept') return { status: 'kept', words: moved.words, problems: [] }
  const { sha: headSha, isVerified, isNew } = moved
  if (world.cancel.aborted && isNew) await dropNew(desired.branch, headSha, world)
  world.cancel.throwIfAborted()
  const { status, pull, problem } = await putPull(desired, moved, world)
  const made = { status, number: pull.number, url: pull.url, headSha, isVerified }
  if (problem !== undefined) return { ...made, problems: [problem] }
  const problems = await finish(
    desired,
    { pull: { ...pull, headSha }, asksPeople: status === 'created' },
    world,
  )
  if (problems.length > 0 || !wantsMore(desired)) return { ...made, problems }
  const left = await problemOf(() => writeBody(pull.number, desired.bodyFor(headSha), world.ask))
  return { ...made, problems: left === undefined ? [] : [left] }
}

export interface Finishing {
  readonly pull: Pull
  /** Once: what they decide about it later stays. */
  readonly asksPeople: boolean
}

/** What belongs to a pull request beside its commit and its text. */
export async function finish(
  desired: Wished,
  { pull, asksPeople }: Finishing,
  world: PublishWorld,
): Promise<readonly ActionError[]> {
  return [
    ...(await addLabels(pull, desired, world)),
    ...(asksPeople ? await askPeople(pull, desired, world) : []),
    ...(await enableAutoMerge(pull, desired, world)),
    ...(await dispatchWorkflows(desired, world)),
  ]
}
