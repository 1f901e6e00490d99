/** What publishing needs and gives. Types only. */
import type { ActionError } from '../shared/errors.ts'
import type { Ask } from './asking.ts'
import type { TokenFacts } from './facts.ts'
import type { Inputs } from './inputs.ts'
import type { Pull } from './pulls.ts'
import type { Repository } from './repository.ts'
import type { World } from './world.ts'

export interface PublishWorld extends Pick<World, 'clock' | 'log' | 'random' | 'cancel'> {
  readonly ask: Ask
  /** For what must not be left behind, also when the run is canceled. */
  readonly askAtLast: Ask
}

/** What is to be there, but for the words. */
export interface Wished {
  readonly branch: string
  readonly repository: Repository
  readonly token: TokenFacts
  readonly files: readonly { readonly path: string; readonly content: string }[]
  /** Of all flakes that are looked after, also those that do not change now. */
  readonly lockPaths: readonly string[]
  readonly title: string
  /** Of the commit: headline, blank line, rest. */
  readonly message: string
  /** As it was looked at: nothing is moved if its head is another now. */
  readonly open: Pull | undefined
  /** Heads of pull requests of this branch that were merged: by a squash, their commits are not on the base. */
  readonly merged: readonly string[]
  readonly options: Pick<
    Inputs,
    'labels' | 'people' | 'isDraft' | 'autoMerge' | 'dispatchWorkflows' | 'onEdited'
  >
}

export interface Desired extends Wished {
  /** `undone`: it is to remember that not all of the rest could be done. */
  readonly bodyFor: (headSha: string, rest?: 'undone') => string
}

/** `kept`: the branch has commits of others, and nothing was changed. */
export type Published =
  | { readonly status: 'kept'; readonly words: string; readonly problems: readonly ActionError[] }
  | {
      readonly status: 'created' | 'updated'
      readonly number: number
      readonly url: string
      readonly headSha: string
      readonly isVerified: boolean
      /** What was left undone. */
      readonly problems: readonly ActionError[]
    }
