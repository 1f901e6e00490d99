import { formatDuration } from '../shared/duration.ts'
import { block, code, list, paragraph, section, table, text } from '../shared/markdown.ts'
import { closureMarkdown } from '../shared/packagewords.ts'
import { failedUnitWords, unitLists } from './changes.ts'
import { lookOf, shortOf, type Ending } from './ending.ts'
import type { Units } from './events.ts'
import type { Facts, Trial } from './facts.ts'
import { EMPTY_LEDGER, type Span } from './ledger.ts'
import { finalResultOf, ofResult } from './outputs.ts'
import { titleOf } from './show.ts'
import { byHand } from './trialwords.ts'
import { isGreen, type Status } from './verdict.ts'

/** A bump of nixpkgs changes thousands; the log has them all. */
const MAX_ROWS = 200

/** The job summary: what happened first, then what changed, how long it took, and where to look. */
export function summaryOf(facts: Facts, ending: Ending, durationMs: number): string {
  const { own, trial } = facts
  const { units, spans, warnings } = toldBy(facts)
  const sections = [
    headOf(facts, ending, durationMs),
    section('Reboot required', rebootOf(facts)),
    section('Newly failed units', list(failedOf(facts))),
    section('Units', units && unitsOf(units)),
    section('Closure', own.ledger.diff && closureMarkdown(own.ledger.diff, MAX_ROWS)),
    section('Timeline', timelineOf(spans)),
    section('Warnings', list(warnings)),
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
    spans: [...own.ledger.spans, ...more.spans],
    warnings: [...own.ledger.warnings, ...more.warnings],
  }
}

/** What there is to say when nothing was begun. */
export function badInputsSummary(problems: string): string {
  return `### ❌ Nothing was deployed\n\n${block(problems)}`
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

function headOf(facts: Facts, { status, sentence, details, hint }: Ending, durationMs: number): string {
  // Who was reached once is not unreachable: only how it ended was not seen.
  const title = status === 'unreachable' && facts.wasSent ? 'Outcome unknown' : TITLES[status]
  const heading = `### ${isGreen(status) ? '✅' : '❌'} ${title}: ${code(shortOf(facts.request.rev))} on ${text(facts.place)}`
  const words = [sentence, ...details, ...(hint === undefined ? [] : [hint])].map(paragraph)
  const rows = [...rowsOf(facts), ['Duration', formatDuration(durationMs)]]
  return `${heading}\n\n${words.join('\n')}\n${table(['Status', text(status)], rows)}`
}

function rowsOf(facts: Facts): string[][] {
  const { request, host, protocol } = facts
  const { system, 'previous-system': previous, generation } = ofResult(facts)
  const rows = [
    ['Commit', request.rev],
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
  return list(finalResultOf(facts)?.rebootRequired ?? [])
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
  const rows = unitLists(changed).map(([what, names]) => [what, wordsFor(names)])
  return rows.length === 0 ? '' : table(['', 'Units'], rows)
}

/** A host restarts some dozen units at a time. */
function wordsFor(names: readonly string[]): string {
  const more = names.length > MAX_ROWS ? ` and ${names.length - MAX_ROWS} more` : ''
  return `${names.slice(0, MAX_ROWS).map(code).join(' ')}${more}`
}

function timelineOf(spans: readonly Span[]): string {
  if (spans.length === 0) return ''
  const rows = spans.map(({ name, startedMs, endedMs }) => [
    text(titleOf(name)),
    endedMs === undefined ? 'its end was not seen' : wordsOf(endedMs - startedMs),
  ])
  return table(['Phase', 'Duration'], rows)
}

/** The host's clock may be set back meanwhile, by the deploy itself. */
function wordsOf(ms: number): string {
  return ms >= 0 ? formatDuration(ms) : 'unknown'
}
