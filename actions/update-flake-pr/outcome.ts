import type { ActionError } from '../shared/errors.ts'
import type { FlakeUpdate, Proposal } from './facts.ts'

/** In the order in which they count for the whole run: the first of them that occurred is its status. */
const RANKED = [
  'failed',
  'created',
  'updated',
  'closed',
  'kept',
  'suppressed',
  'unchanged',
  'up-to-date',
] as const

export type Status = (typeof RANKED)[number] | 'dry-run'

/** What came of one pull request, or of the wish for one. */
export interface Outcome {
  readonly status: Status
  /** What happened, as a sentence. */
  readonly words: string
  readonly branch: string
  /** The names that it is about; empty with one pull request for all. */
  readonly inputs: readonly string[]
  readonly updates: readonly FlakeUpdate[]
  /** `undefined` where there is none, or none any more. */
  readonly number?: number
  readonly url?: string
  readonly headSha?: string
  /** Whether GitHub verified the commit of this run; `undefined` if it made none. */
  readonly isVerified?: boolean
  /** Of what was proposed. */
  readonly proposal?: Proposal
  /** The text of a pull request that was not written, in a dry run. */
  readonly draft?: string
  /** What ends the run; outputs and summary tell what was to be proposed all the same. */
  readonly error?: ActionError
  /** What was left undone, each in a sentence. */
  readonly problems: readonly string[]
}

export function statusOf(outcomes: readonly Outcome[]): Status {
  const all: readonly string[] = outcomes.map(({ status }) => status)
  if (all.includes('dry-run') && !all.includes('failed')) return 'dry-run'
  return RANKED.find((status) => all.includes(status)) ?? 'up-to-date'
}

/** Sentences about the inputs that could not be updated, each once. */
export function failuresOf(outcomes: readonly Outcome[]): readonly string[] {
  const all = outcomes
    .flatMap(({ updates }) => updates)
    .flatMap(({ flake, failed }) => failed.map(({ input, words }) => `${input} (${flake}): ${words}`))
  return [...new Set(all)]
}
