import { fitList } from '../shared/fit.ts'
import { changesJson } from './changesjson.ts'
import type { FlakeUpdate, HistoryOf } from './facts.ts'
import { statusOf, type Outcome } from './outcome.ts'

export interface OutputValues {
  readonly values: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
}

/** What is not known is not set. */
export function outputsOf(
  outcomes: readonly Outcome[],
  { hasFailed, serverUrl }: { readonly hasFailed: boolean; readonly serverUrl: string },
): OutputValues {
  const changes = changesJson(updatesOf(outcomes), historiesOf(outcomes), serverUrl)
  const left =
    changes.omitted === 0 ? [] : [`'changes' is too long for an output: ${changes.omitted} are left out.`]
  return {
    values: {
      status: hasFailed ? 'failed' : statusOf(outcomes),
      ...firstOf(outcomes),
      'pull-requests': fitList(outcomes.filter(({ number }) => number !== undefined).map(entryOf)).json,
      changes: changes.json,
      ...verifiedOf(outcomes),
    },
    warnings: left,
  }
}

/** What one pull request changes another does too, if both hold the same flake: each change is told once. */
function updatesOf(outcomes: readonly Outcome[]): readonly FlakeUpdate[] {
  return outcomes.flatMap(({ updates }) => updates)
}

function historiesOf(outcomes: readonly Outcome[]): HistoryOf {
  return (change) => {
    for (const { proposal } of outcomes) {
      const history = proposal?.historyOf(change)
      if (history !== undefined) return history
    }
    return undefined
  }
}

function firstOf(outcomes: readonly Outcome[]): Readonly<Record<string, string>> {
  const first = outcomes.find(({ number }) => number !== undefined)
  const values = {
    'pull-request-number': first?.number?.toString(),
    'pull-request-url': first?.url,
    'head-sha': first?.headSha,
  }
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

function entryOf({ status, number, url, headSha, branch, inputs }: Outcome) {
  return { status, number, url, headSha, branch, inputs }
}

function verifiedOf(outcomes: readonly Outcome[]): Readonly<Record<string, string>> {
  const made = outcomes.flatMap(({ isVerified }) => isVerified ?? [])
  return made.length === 0 ? {} : { 'commits-verified': String(made.every(Boolean)) }
}
