import type { ActionError } from '../shared/errors.ts'
import type { FlakeUpdate } from './facts.ts'
import type { Group } from './groups.ts'
import type { Outcome, Status } from './outcome.ts'
import type { Pull } from './pulls.ts'

/** One group of inputs, and its pull request as it is now. */
export interface Begun {
  readonly group: Group
  readonly open: Pull | undefined
  /** Heads of those that were merged. */
  readonly merged: readonly string[]
  readonly updates: readonly FlakeUpdate[]
}

/** Nothing is written: the pull request, if there is one, stays what it is. */
export function stays({ group, open, updates }: Begun, status: Status, words: string): Outcome {
  const pull = open === undefined ? {} : { number: open.number, url: open.url, headSha: open.headSha }
  return { branch: group.branch, inputs: group.inputs, updates, problems: [], ...pull, status, words }
}

export function editedWords({ number }: Pull, why: string): string {
  return `#${number} is left as it is, for 'on-edited' is 'keep': ${why}.`
}

/** What went wrong, and what to do about it. */
export function sentenceOf({ message, hint }: ActionError): string {
  return [message, hint].filter((part) => part !== undefined).join(' ')
}
