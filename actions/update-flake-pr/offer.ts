/** There is something to propose: whether a pull request says so already, and if not, making it say so. */
import { ActionError } from '../shared/errors.ts'
import { bodyOf } from './body.ts'
import { hasChanged } from './computing.ts'
import { digestOf, proposedIn } from './digest.ts'
import { hasLocks, whyEdited } from './edits.ts'
import type { Proposal, State } from './facts.ts'
import { messageOf } from './message.ts'
import type { Outcome } from './outcome.ts'
import { editedWords, sentenceOf, stays, type Begun } from './stays.ts'
import { finish, publish } from './publish.ts'
import type { Desired, Published, Wished } from './publishing.ts'
import { writeBody } from './publishpull.ts'
import type { Pull } from './pulls.ts'
import type { Setting } from './setting.ts'
import { stateComment } from './state.ts'
import { filled } from './title.ts'
import { proposalOf } from './proposal.ts'

export async function offered(begun: Begun, setting: Setting): Promise<Outcome> {
  const { open, updates } = begun
  const wording = wordingOf(begun, setting)
  const digest = digestOf({ ...wording, updates, blobs: setting.blobs })
  const standing = open && (await whatStands({ begun, open, wording, digest }, setting))
  if (standing !== undefined) return standing
  const offer = { begun, wording, digest, proposal: await proposalOf(updates, setting) }
  return setting.inputs.dryRun ? drafted(offer, setting) : written(offer, setting)
}

interface Open {
  readonly begun: Begun
  readonly open: Pull
  readonly wording: Wording
  readonly digest: string
}

/** `undefined` where the pull request has to be written. */
async function whatStands(task: Open, setting: Setting): Promise<Outcome | undefined> {
  const { begun, open } = task
  const isSame = isRight(task, setting)
  if (isSame && open.state?.head === open.headSha) return right(task, setting)
  const why = await whyEdited(open, lockPathsOf(begun), setting.ask)
  if (why !== undefined) return keptFor(why, task, setting)
  // "Update branch" puts a merge of the base on top.
  const isMerged = isSame && (await hasLocks(open.headSha, begun.updates, setting.ask))
  return isMerged ? right(task, setting) : undefined
}

function isRight({ open, digest }: Open, { repository }: Setting): boolean {
  return open.state?.digest === digest && open.base === repository.base.name
}

function keptFor(why: string, { begun, open }: Open, { inputs }: Setting): Outcome | undefined {
  return inputs.onEdited === 'keep' ? stays(begun, 'kept', editedWords(open, why)) : undefined
}

function lockPathsOf({ updates }: Pick<Begun, 'updates'>): readonly string[] {
  return updates.map(({ lockPath }) => lockPath)
}

/** Its commit and its text are: what belongs to it may be left over from an earlier run. */
async function right({ begun, open, wording }: Open, setting: Setting): Promise<Outcome> {
  const { state } = open
  if (state?.isUndone !== true || setting.inputs.dryRun)
    return stays(begun, 'unchanged', `#${open.number} proposes all of it already.`)
  const world = { ...setting.world, ask: setting.ask, askAtLast: setting.askAtLast }
  const wished = wishedOf(begun, wording, setting)
  const problems = await finish(wished, { pull: open, asksPeople: true }, world)
  const words = `#${open.number} proposes all of it already`
  if (problems.length > 0)
    return {
      ...stays(begun, 'failed', `${words}; something is still left undone.`),
      problems: problems.map(sentenceOf),
    }
  await writeBody(open.number, withoutUndone(open.body, { ...state, isUndone: true }), setting.ask)
  return stays(begun, 'updated', `${words}; what an earlier run had left undone is seen to.`)
}

function withoutUndone(body: string, { isUndone, ...rest }: State & { isUndone: true }): string {
  return body.replace(stateComment({ ...rest, isUndone }), () => stateComment(rest))
}

interface Offer {
  readonly begun: Begun
  readonly wording: Wording
  readonly digest: string
  readonly proposal: Proposal
}

interface Wording {
  readonly title: string
  readonly message: string
}

function wordingOf({ updates }: Begun, { inputs, token, world }: Setting): Wording {
  const signer = inputs.signOff ? { ...token, serverUrl: world.serverUrl } : undefined
  return { title: filled(inputs.title, updates), message: messageOf(inputs.message, updates, signer) }
}

function bodyWith(
  made: Pick<State, 'head' | 'isUndone'>,
  { begun, digest, proposal }: Offer,
  { world }: Setting,
): string {
  const state: State = { version: 1, ...made, digest, proposed: proposedIn(begun.updates) }
  return bodyOf(proposal, { state, serverUrl: world.serverUrl, runUrl: world.runUrl })
}

function drafted(offer: Offer, setting: Setting): Outcome {
  const { begun, wording, proposal } = offer
  const { open } = begun
  const verb = open === undefined ? 'A pull request would be opened' : `#${open.number} would be updated`
  const draft = bodyWith({ head: '0'.repeat(40) }, offer, setting)
  return { ...stays(begun, 'dry-run', `${verb}: ${wording.title}`), proposal, draft }
}

async function written(offer: Offer, setting: Setting): Promise<Outcome> {
  const { begun, wording, proposal } = offer
  const bodyFor: Desired['bodyFor'] = (headSha, rest) =>
    bodyWith({ head: headSha, ...(rest === undefined ? {} : { isUndone: true }) }, offer, setting)
  const desired = { ...wishedOf(begun, wording, setting), bodyFor }
  try {
    const { ask, askAtLast } = setting
    const published = await publish(desired, { ...setting.world, ask, askAtLast })
    return { ...outcomeOf(published, offer), proposal }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return { ...stays(begun, 'failed', 'It could not be proposed.'), proposal, error }
  }
}

function wishedOf({ group, open, updates, merged }: Begun, wording: Wording, setting: Setting): Wished {
  const { inputs, repository, token } = setting
  return {
    ...{ branch: group.branch, repository, token, open, merged, options: inputs, ...wording },
    files: updates
      .filter(hasChanged)
      .map(({ lockPath, afterText }) => ({ path: lockPath, content: afterText })),
    lockPaths: lockPathsOf({ updates }),
  }
}

function outcomeOf(published: Published, { begun, wording }: Offer): Outcome {
  const problems = published.problems.map(sentenceOf)
  if (published.status === 'kept') return { ...stays(begun, 'kept', published.words), problems }
  const { status, number, url, headSha, isVerified } = published
  const verb = status === 'created' ? 'Opened' : 'Updated'
  return {
    ...stays(begun, problems.length > 0 ? 'failed' : status, `${verb} #${number}: ${wording.title} (${url})`),
    ...{ number, url, headSha, isVerified, problems },
  }
}
