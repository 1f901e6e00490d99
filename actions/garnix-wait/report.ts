import { formatDuration } from '../shared/duration.ts'
import { helpMarkdown } from '../shared/help.ts'
import { block, code, link, list, paragraph, section, table, text } from '../shared/markdown.ts'
import { formatBytes } from '../shared/packagewords.ts'
import { byHand } from './byhand.ts'
import type { Miss } from './closure.ts'
import { comparisonMarkdown } from './comparisonreport.ts'
import { isGreen, type Ending, type Status } from './ending.ts'
import { completeClosureOf, missingOf, recordWords, type ConfigurationFacts, type Facts } from './facts.ts'
import { HELP } from './help.ts'
import { chainWords } from './misswords.ts'
import { sharesOf, sizesOf, type Sizes } from './sizes.ts'
import { NAMELESS } from './targets.ts'
import { MOMENTS, momentWords } from './timeline.ts'

/** A bump of nixpkgs changes thousands; the log has them all. */
const MAX_PACKAGES = 200
const MAX_MISSING = 50

/** The job summary: what happened first, then what can be fetched, what cannot, what changed, and what to do. */
export function summaryOf(facts: Facts, ending: Ending, durationMs: number): string {
  const sections = [
    headOf(facts, ending),
    overviewOf(facts, durationMs),
    section('Missing', missingMarkdown(missingOf(facts))),
    section('Caches', cachesOf(facts)),
    section('Timeline', timelineOf(facts)),
    ...facts.configurations.map((one) => comparisonMarkdown(one, facts, MAX_PACKAGES)),
    section('Warnings', list(facts.warnings)),
    section('Deploy by hand', ending.status === 'ready' && byHandOf(facts)),
  ]
  return sections.filter((part) => part !== '').join('\n')
}

/** What there is to say when nothing was begun. */
export function badInputsSummary(problems: string): string {
  return `### ❌ Nothing was waited for\n\n${block(problems)}\n${helpMarkdown(HELP, problems)}`
}

const TITLES: Readonly<Record<Status, string>> = {
  ready: 'Everything can be fetched',
  built: 'Built',
  failed: 'Failed',
  missing: 'Not everything can be fetched',
  'timed-out': 'Out of time',
}

export function headingOf({ sha, configurations }: Facts, { status }: Ending): string {
  const names = configurations.map(({ name }) => name).filter((name) => name !== NAMELESS)
  const of = names.length === 0 ? '' : ` of ${text(names.join(', '))}`
  return `### ${isGreen(status) ? '✅' : '❌'} ${TITLES[status]}: ${code(sha.slice(0, 12))}${of}\n`
}

function headOf(facts: Facts, ending: Ending): string {
  const words = [ending.sentence, ...ending.details, ...(ending.hint === undefined ? [] : [ending.hint])]
  const unseen =
    facts.caches.length === 0
      ? [
          'No cache was looked at, because `caches` names none: whether anything can be fetched is not known.\n',
        ]
      : []
  const recorded = facts.recorded === undefined ? [] : [recordWords(facts.recorded)]
  const help = isGreen(ending.status) ? [] : [helpMarkdown(HELP, ending.sentence)]
  return [headingOf(facts, ending), ...[...words, ...recorded].map(paragraph), ...unseen, ...help].join('\n')
}

function overviewOf(facts: Facts, durationMs: number): string {
  const waited = `Commit ${code(facts.sha)}, waited for ${formatDuration(durationMs)}.\n`
  return facts.configurations.length === 0 ? waited : `${waited}\n${configurationsTable(facts)}`
}

/** Also the first thing in the comment: nothing in it depends on when it was looked at. */
export function configurationsTable({ configurations }: Facts): string {
  const rows = configurations.map((one) => [
    code(one.name),
    one.storePath === undefined ? 'not known' : code(one.storePath),
    ...countCells(one),
    one.buildUrl === undefined ? '' : link('build', one.buildUrl),
  ])
  return table(['Configuration', 'Store path', 'Paths', 'Download', 'Unpacked', 'Build'], rows)
}

/** A part of a closure has no sizes that mean anything. */
function countCells(one: ConfigurationFacts): readonly string[] {
  const complete = completeClosureOf(one)
  if (complete !== undefined) return sizeCells(sizesOf(complete))
  const { closure } = one
  return [
    closure === undefined ? '' : `${closure.found.length} found, ${closure.missing.length} missing`,
    '',
    '',
  ]
}

function sizeCells({ paths, downloadBytes, unsaid, unpackedBytes }: Sizes): readonly string[] {
  const least = unsaid === 0 ? '' : 'at least '
  return [String(paths), `${least}${formatBytes(downloadBytes)}`, formatBytes(unpackedBytes)]
}

function missingMarkdown(misses: readonly Miss[]): string {
  if (misses.length === 0) return ''
  const items = misses.slice(0, MAX_MISSING).map((miss) => {
    const needed = chainWords(miss) === '' ? '' : `, needed by ${text(chainWords(miss))}`
    const reasons = miss.reasons.map(({ cache, words }) => `  - ${code(cache)}: ${text(words)}\n`)
    return `- ${code(miss.path)}${needed}\n${reasons.join('')}`
  })
  const more = misses.length > MAX_MISSING ? `\n${misses.length - MAX_MISSING} more are in the log.\n` : ''
  return `${items.join('')}${more}`
}

function cachesOf(facts: Facts): string {
  if (facts.configurations.every(({ closure }) => closure === undefined)) return ''
  const rows = sharesOf(facts).map((share) => [code(share.cache), ...sizeCells(share)])
  return table(['Cache', 'Paths', 'Download', 'Unpacked'], rows)
}

function timelineOf({ configurations }: Facts): string {
  const rows = configurations.map(({ name, moments }) => [code(name), ...momentWords(moments)])
  const seen = rows.filter(([, ...words]) => words.some((word) => word !== ''))
  return seen.length === 0 ? '' : table(['UTC', ...MOMENTS], seen)
}

function byHandOf({ configurations }: Facts): string {
  const blocks = configurations.flatMap((one) =>
    one.storePath === undefined || completeClosureOf(one) === undefined
      ? []
      : [block(byHand(one.storePath), 'sh')],
  )
  if (blocks.length === 0) return ''
  const words = 'As root, on a host that asks these caches and trusts their keys. Nothing is built there:'
  return [words, ...blocks].join('\n\n')
}
