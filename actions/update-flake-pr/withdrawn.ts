import { whyEdited } from './edits.ts'
import type { Group } from './groups.ts'
import type { Outcome } from './outcome.ts'
import { openBelow, type Pull } from './pulls.ts'
import type { Setting } from './setting.ts'
import { editedWords, sentenceOf, stays, type Begun } from './stays.ts'
import { withdraw } from './withdraw.ts'

interface Obsolete {
  readonly open: Pull
  /** Markdown. */
  readonly why: string
}

export async function withdrawn(begun: Begun, { open, why }: Obsolete, setting: Setting): Promise<Outcome> {
  if (setting.inputs.dryRun) return stays(begun, 'dry-run', `#${open.number} would be closed. ${why}`)
  const { ask, askAtLast, world } = setting
  const { status, words, problems } = await withdraw(open, why, { ...world, ask, askAtLast })
  const undone = problems.map(sentenceOf)
  return { ...stays(begun, undone.length > 0 ? 'failed' : status, words), problems: undone }
}

/** With one pull request for each input: those of inputs that are not updated any more. */
export async function withdrawOthers(
  groups: readonly Group[],
  setting: Setting,
): Promise<readonly Outcome[]> {
  const { inputs, repository, ask } = setting
  const branches = groups.map(({ branch }) => branch)
  const others = (await openBelow(inputs.branch, repository, ask)).filter(
    ({ branch, state }) => state !== undefined && !branches.includes(branch),
  )
  const outcomes: Outcome[] = []
  for (const open of others) outcomes.push(await otherWithdrawn(open, setting))
  return outcomes
}

async function otherWithdrawn(open: Pull, setting: Setting): Promise<Outcome> {
  const group: Group = {
    branch: open.branch,
    inputs: [open.branch.slice(setting.inputs.branch.length + 1)],
    chosen: new Map(),
  }
  const begun: Begun = { group, open, updates: [], merged: [] }
  const lockPaths = setting.sources.map(({ lockPath }) => lockPath)
  const edited = await whyEdited(open, lockPaths, setting.ask)
  if (edited !== undefined) return stays(begun, 'kept', editedWords(open, edited))
  return withdrawn(begun, { open, why: 'This input is not updated any more.' }, setting)
}
