/** What changes against another closure, as summary and comment show it. */
import { code, link, section, text } from '../shared/markdown.ts'
import { closureSentence, foldedPackageTable } from '../shared/packagewords.ts'
import { freshWords, rebootWords, shortOf } from './comparisonwords.ts'
import type { Baseline, Comparison, ConfigurationFacts, Facts } from './facts.ts'
import type { Reboot } from './reboot.ts'
import { NAMELESS } from './targets.ts'

/** A bump of nixpkgs builds everything anew. */
const MAX_REBUILT = 20

type Commits = Pick<Facts, 'commitsUrl'>

/** A section of its own; `''` = nothing was to be compared. */
export function comparisonMarkdown(one: ConfigurationFacts, commits: Commits, maxRows: number): string {
  const { name, comparison, storePath } = one
  if (comparison === undefined) return ''
  const { with: baseline } = comparison
  const other = baseline === undefined ? '' : ` with ${baselineMarkdown(baseline, commits)}`
  const body =
    baseline?.path === storePath && !('why' in comparison)
      ? `Nothing changes: this is the very same system, compared${other}.\n`
      : bodyOf(comparison, other, maxRows)
  return section(name === NAMELESS ? 'Changes' : `Changes of ${text(name)}`, body)
}

function bodyOf(comparison: Comparison, other: string, maxRows: number): string {
  if ('why' in comparison) return `Not compared${other}: ${text(comparison.why)}.\n`
  const parts = [
    `Compared${other}: ${closureSentence(comparison.diff)}. ${freshWords(comparison.fresh)}\n`,
    rebootMarkdown(comparison.reboot),
    foldedPackageTable(comparison.diff, maxRows),
    rebuiltMarkdown(comparison.rebuilt),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function baselineMarkdown({ path, commit }: Baseline, { commitsUrl }: Commits): string {
  return commit === undefined
    ? code(path)
    : `${link(shortOf(commit), `${commitsUrl}${commit}`)}, ${code(path)}`
}

function rebootMarkdown(reboot: Reboot | undefined): string {
  if (reboot === undefined) return ''
  const { verdict, rest } = rebootWords(reboot)
  return `**${verdict}**${text(rest)}.\n`
}

function rebuiltMarkdown(names: readonly string[]): string {
  if (names.length === 0) return ''
  const shown = names.slice(0, MAX_REBUILT).map(code).join(', ')
  const more = names.length > MAX_REBUILT ? `, and ${names.length - MAX_REBUILT} more` : ''
  return `Built anew, with the same version: ${shown}${more}.\n`
}
