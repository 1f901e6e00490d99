import { formatDuration } from '../shared/duration.ts'
import { helpMarkdown } from '../shared/help.ts'
import { block, code, details, list, paragraph, section, table, text } from '../shared/markdown.ts'
import { closureMarkdown } from '../shared/packagewords.ts'
import { failedUnitWords, unitLists } from './changes.ts'
import { isRollback, lookOf, messageOfEnding, shortOf, type Ending } from './ending.ts'
import type { Units } from './events.ts'
import { revOf, type Facts, type Trial } from './facts.ts'
import { HELP } from './help.ts'
import { EMPTY_LEDGER } from './ledger.ts'
import { finalResultOf, ofResult } from './outputs.ts'
import { timelineOf } from './timeline.ts'
import { byHand } from './trialwords.ts'
import { isGreen, type Status } from './verdict.ts'

/** A bump of nixpkgs changes thousands; the log has them all. */
const MAX_ROWS = 200
/** So many are read as they stand; more are folded. */
const MAX_OPEN = 20

/** The job summary: what happened first, then what changed, how long it took, and where to look. */
export function summaryOf(facts: Facts, ending: Ending, durationMs: number): string {
  const { own, trial } = facts
  const { units, warnings, tail } = toldBy(facts)
  const sections = [
    headOf(facts, ending, durationMs),
    section('Reboot required', rebootOf(facts)),
    section('Newly failed units', listOf(failedOf(facts), 'units')),
    section('Log', !isGreen(ending.status) && tailOf(tail)),
    section('Units', units && unitsOf(units)),
    section('Closure', own.ledger.diff && closureMarkdown(own.ledger.diff, MAX_ROWS)),
    section('Timeline', timelineOf(facts)),
    section('Warnings', listOf(warnings, 'warnings')),
    section('The trial by hand', trial && trialOf(facts, trial)),
    section(
      'Look at the host',
      facts.wasSent && facts.protocol === 'vps-deploy' && block(lookOf(facts), 'sh'),
    ),
  ]
  return sections.filter((part) => part !== '').join('\n')
}

/** By the deploy and, if there was one, by its trial boot. */
function toldBy({ own, trial }: Facts) {
  const more = trial?.ledger ?? EMPTY_LEDGER
  return {
    units: own.ledger.units ?? more.units,
    warnings: [...own.ledger.warnings, ...more.warnings],
    tail: more.tail.length > 0 ? more.tail : own.ledger.tail,
  }
}

/** What there is to say when nothing was begun. */
export function badInputsSummary(problems: string): string {
  return `### ❌ Nothing was deployed\n\n${block(problems)}\n${helpMarkdown(HELP, problems)}`
}

const TITLES: Readonly<Record<Status, string>> = {
  deployed: 'Deployed',
  unchanged: 'Unchanged',
  planned: 'Planned',
  scheduled: 'Scheduled for the next boot',
  superseded: 'Superseded',
  'rolled-back': 'Rolled back',
  aborted: 'Stopped',
  failed: 'Failed',
  refused: 'Refused',
  unreachable: 'Unreachable',
}

/** The status `rolled-back` has other words here: what was asked for is a rollback, too. */
const ROLLBACK_TITLES: Readonly<Record<Status, string>> = {
  ...TITLES,
  deployed: 'Back on the system before',
  scheduled: 'Back on the system before at the next boot',
  superseded: 'Rollback superseded',
  'rolled-back': 'Rollback undone',
  aborted: 'Rollback stopped',
  failed: 'Rollback failed',
  refused: 'Rollback refused',
}

function headOf(facts: Facts, ending: Ending, durationMs: number): string {
  const { status, sentence, details, hint } = ending
  // Who was reached once is not unreachable: only how it ended was not seen.
  const titles = isRollback(facts) ? ROLLBACK_TITLES : TITLES
  const title = status === 'unreachable' && facts.wasSent ? 'Outcome unknown' : titles[status]
  const rev = revOf(facts)
  const where = rev === '' ? text(facts.place) : `${code(shortOf(rev))} on ${text(facts.place)}`
  const heading = `### ${isGreen(status) ? '✅' : '❌'} ${title}: ${where}`
  const words = [sentence, ...details, ...(hint === undefined ? [] : [hint])].map(paragraph)
  const help = isGreen(status) ? [] : [helpMarkdown(HELP, messageOfEnding(ending))]
  const rows = [...rowsOf(facts), ['Duration', formatDuration(durationMs)]]
  return `${heading}\n\n${[...words, ...help].join('\n')}\n${table(['Status', text(status)], rows)}`
}

function rowsOf(facts: Facts): string[][] {
  const { request, host, protocol } = facts
  const { system, 'previous-system': previous, generation } = ofResult(facts)
  const rows = [
    ['Commit', revOf(facts)],
    ['Host', host],
    ...(protocol === 'plain'
      ? []
      : [
          ['Mode', request.mode],
          ['Deploy', request.id],
        ]),
    ['System', system],
    ['System before', previous],
    ['Generation', generation],
  ] as const
  return rows.filter(([, value]) => value !== '').map(([name, value]) => [name, code(value)])
}

function rebootOf(facts: Facts): string {
  if (facts.reboot === 'done') return 'The host was rebooted and runs the new system.\n'
  return listOf(finalResultOf(facts)?.rebootRequired ?? [], 'reasons')
}

/** For who did not have the action boot it. */
function trialOf(facts: Facts, trial: Trial): string {
  if (trial.boot !== 'none' || trial.ledger.spans.length > 0) return ''
  const words = 'Boot it, wait for its nonce, and confirm it within the time that is said there:'
  return `${words}\n\n${block(byHand(facts, trial).join('\n'), 'sh')}`
}

/** The units event knows why they failed, the result only which. */
function failedOf(facts: Facts): readonly string[] {
  const explained = (facts.trial ?? facts.own).ledger.units?.newFailed ?? []
  const names = explained.map(({ unit }) => unit)
  const others = finalResultOf(facts)?.newFailedUnits.filter((unit) => !names.includes(unit)) ?? []
  return [...explained.map(failedUnitWords), ...others]
}

function unitsOf({ changed }: Units): string {
  const lists = unitLists(changed)
  if (lists.length === 0) return ''
  const body = table(
    ['', 'Units'],
    lists.map(([what, names]) => [what, wordsFor(names)]),
  )
  const count = lists.reduce((sum, [, names]) => sum + names.length, 0)
  if (count <= MAX_OPEN) return body
  return details(lists.map(([what, names]) => `${names.length} ${what}`).join(', '), body)
}

/** A host restarts some dozen units at a time. */
function wordsFor(names: readonly string[]): string {
  const more = names.length > MAX_ROWS ? ` and ${names.length - MAX_ROWS} more` : ''
  return `${names.slice(0, MAX_ROWS).map(code).join(' ')}${more}`
}

function listOf(items: readonly string[], what: string): string {
  const left = items.length - MAX_ROWS
  const more = left > 0 ? `\n${left} more are in the log.\n` : ''
  const body = `${list(items.slice(0, MAX_ROWS))}${more}`
  return items.length > MAX_OPEN ? details(`${items.length} ${what}`, body) : body
}

function tailOf(lines: readonly string[]): string {
  const isEmpty = lines.every((line) => line.trim() === '')
  return isEmpty ? '' : details('Its last lines', block(lines.join('\n')))
}
