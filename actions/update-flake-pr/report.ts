import { helpMarkdown } from '../shared/help.ts'
import { block, code, link, list, paragraph, section } from '../shared/markdown.ts'
import { advicePart, problemParts } from './bodyparts.ts'
import type { Proposal } from './facts.ts'
import { HELP } from './help.ts'
import { rootTables, transitiveTables } from './inputtable.ts'
import type { Outcome, Status } from './outcome.ts'

export interface RunFacts {
  readonly outcomes: readonly Outcome[]
  /** What ended the run before its end. */
  readonly problems: readonly string[]
  /** What the step ends with, if it is red. */
  readonly red?: string | undefined
  readonly serverUrl: string
  readonly isDryRun: boolean
}

/** More than anybody reads; GitHub takes a megabyte. */
const MAX_PART = 60_000

/** The job summary: what ended the run, then what came of each pull request. */
export function summaryOf({ outcomes, problems, red, serverUrl, isDryRun }: RunFacts): string {
  const failure = problems.length === 0 ? [] : ['### ❌ Failed\n', ...problems.map(paragraph)]
  const nothing = failure.length === 0 && outcomes.length === 0 ? ['### ✅ There was nothing to do\n'] : []
  const dry = isDryRun ? ['This was a dry run: nothing was written to GitHub.\n'] : []
  const told = outcomes.map((outcome) => outcomeMarkdown(outcome, serverUrl))
  const help = red === undefined ? [] : [helpMarkdown(HELP, red)]
  return [...failure, ...help, ...nothing, ...dry, ...told].join('\n')
}

/** What there is to say when nothing was begun. */
export function badInputsSummary(problems: string): string {
  return `### ❌ Nothing was updated\n\n${block(problems)}\n${helpMarkdown(HELP, problems)}`
}

const TITLES: Readonly<Record<Status, string>> = {
  failed: 'Failed',
  created: 'Created',
  updated: 'Updated',
  closed: 'Closed',
  kept: 'Left as it is',
  suppressed: 'Not proposed again',
  unchanged: 'Unchanged',
  'up-to-date': 'Up to date',
  'dry-run': 'Dry run',
}

function outcomeMarkdown(outcome: Outcome, serverUrl: string): string {
  const { updates, words, proposal, problems, draft } = outcome
  const known = { historyOf: proposal?.historyOf ?? (() => undefined), serverUrl, nowS: proposal?.nowS }
  const parts = [
    headingOf(outcome),
    paragraph(words),
    rootTables(updates, known, MAX_PART),
    transitiveTables(updates, known, MAX_PART),
    section('Left undone', list(problems)),
    ...problemParts(updates).map((part) => part(MAX_PART)),
    adviceOf(proposal),
    section('What the pull request would say', draft !== undefined && block(draft, 'markdown')),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function headingOf({ status, number, url, branch, updates, problems }: Outcome): string {
  const isRed = status === 'failed' || problems.length > 0 || updates.some(({ failed }) => failed.length > 0)
  const pull = number === undefined || url === undefined ? '' : `${link(`#${number}`, url)}, branch `
  return `### ${isRed ? '❌' : '✅'} ${TITLES[status]}: ${pull}${code(branch)}\n`
}

function adviceOf(proposal: Proposal | undefined): string {
  return proposal === undefined ? '' : advicePart(proposal)(MAX_PART)
}
