import type { FlakeUpdate, LockedInput, Reference } from './facts.ts'
import { placeOf, type Place } from './links.ts'
import { rootInputs } from './lock.ts'

export interface AdviceWords {
  /** Plain text: one sentence or two. */
  readonly words: string
  /** Nix code to paste into flake.nix. */
  readonly lines: readonly string[]
}

/** An input that has a node of its own. */
export interface OwnInput extends LockedInput {
  readonly locked: Reference
  readonly original: Reference
}

export function isOwn(input: LockedInput): input is OwnInput {
  return input.follows === undefined && input.locked !== undefined && input.original !== undefined
}

export function ownRootInputs({ after }: FlakeUpdate): readonly OwnInput[] {
  return rootInputs(after).filter(isOwn)
}

/** Which server is the workflow's own makes no difference to whether two places are one. */
export function knownPlaceOf(reference: Reference): Place | undefined {
  return placeOf(reference, 'https://github.com')
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.join(', ').replace(/, (?!.*, )/s, ' and ')
}
