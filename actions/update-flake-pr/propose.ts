import { refusedBy, type Refused } from './closed.ts'
import { computed, hasChanged } from './computing.ts'
import { proposedIn } from './digest.ts'
import { whyEdited } from './edits.ts'
import type { FlakeUpdate } from './facts.ts'
import { only, type Group } from './groups.ts'
import { offered } from './offer.ts'
import type { Outcome } from './outcome.ts'
import { pullsOn, type Pull } from './pulls.ts'
import type { Setting } from './setting.ts'
import { editedWords, stays, type Begun } from './stays.ts'
import { withdrawn } from './withdrawn.ts'

/** From the inputs of a group to its pull request. */
export async function proposed(group: Group, setting: Setting): Promise<Outcome> {
  const { inputs, repository, ask } = setting
  const { open, closed } = await pullsOn(group.branch, repository, ask)
  const updates = await acceptable(group, closed, setting)
  const merged = closed.filter(({ isMerged }) => isMerged).map(({ headSha }) => headSha)
  const begun: Begun = { group, open, updates, merged }
  if (hasFailed(begun) && inputs.onInputError === 'fail') return stays(begun, 'failed', FAILS)
  return updates.some(hasChanged) ? offered(begun, setting) : nothingLeft(begun, setting)
}

const FAILS = "Nothing is proposed: an input could not be updated, and 'on-input-error' is 'fail'."

/** Without the revisions that somebody closed unmerged. */
async function acceptable(
  group: Group,
  closed: readonly Pull[],
  setting: Setting,
): Promise<readonly FlakeUpdate[]> {
  const updates = await computed(group.chosen, setting)
  if (!setting.inputs.respectClosed) return updates
  const refused = await refusedBy(closed, proposedIn(updates), setting.ask)
  if (refused.length === 0) return updates
  const isRefused = (flake: string, input: string) =>
    refused.some((one) => one.flake === flake && one.input === input)
  const again = await computed(
    only(group.chosen, (flake, input) => !isRefused(flake, input)),
    setting,
  )
  return again.map((update) => ({ ...update, suppressed: wordsFor(refused, update.flake) }))
}

function wordsFor(refused: readonly Refused[], flake: string): FlakeUpdate['suppressed'] {
  return refused
    .filter((one) => one.flake === flake)
    .map(({ input, rev, number }) => ({
      input,
      words: `${rev} is not proposed again: #${number}, which proposed it, was closed unmerged.`,
    }))
}

async function nothingLeft(begun: Begun, setting: Setting): Promise<Outcome> {
  const { open, updates } = begun
  const isSuppressed = updates.some(({ suppressed }) => suppressed.length > 0)
  if (open === undefined)
    return isSuppressed
      ? stays(begun, 'suppressed', 'All that there is to update was closed unmerged before.')
      : stays(begun, 'up-to-date', `There is nothing to update on ${setting.repository.base.name}.`)
  if (hasFailed(begun) || hasUnknown(begun)) return stays(begun, 'kept', failedWords(open))
  const why = await whyEdited(
    open,
    updates.map(({ lockPath }) => lockPath),
    setting.ask,
  )
  if (why !== undefined) return stays(begun, 'kept', `${editedWords(open, why)} Nothing is left to propose.`)
  return withdrawn(begun, { open, why: whyObsolete(updates, setting) }, setting)
}

/** Markdown. */
function whyObsolete(updates: readonly FlakeUpdate[], { repository }: Setting): string {
  if (updates.some(({ suppressed }) => suppressed.length > 0))
    return 'What it proposes was closed unmerged before.'
  if (updates.some(({ cooled }) => cooled.length > 0))
    return 'Nothing is left to update before the end of the cooldown.'
  return `Nothing is left to update: \`${repository.base.name}\` is up to date.`
}

/** What it proposes may well be right, and closing it would lose that because some server is down. */
function failedWords({ number }: Pull): string {
  return `#${number} is left as it is: what it proposes could not be looked up.`
}

function hasFailed({ updates }: Begun): boolean {
  return updates.some(({ failed }) => failed.length > 0)
}

function hasUnknown({ updates }: Begun): boolean {
  return updates.some(({ cooled }) => cooled.some(({ isUnknown }) => isUnknown === true))
}
