import { showClosure } from '../shared/packagewords.ts'
import type { Log } from '../shared/ports.ts'
import { baselineWords, freshWords, rebootSentence } from './comparisonwords.ts'
import { missingOf, type Change, type Comparison, type Facts } from './facts.ts'
import { chainWords } from './misswords.ts'

/** Nobody reads more, and the runner would spend minutes on them. */
const MAX_MISSING = 5_000

/** At the end, in the log: all that the summary may have to leave out. */
export function showFacts(facts: Facts, log: Log): void {
  showMissing(facts, log)
  for (const { name, comparison } of facts.configurations)
    if (comparison !== undefined) showComparison(name, comparison, log)
}

function showComparison(name: string, comparison: Comparison, log: Log): void {
  const { with: baseline } = comparison
  const other = baseline === undefined ? '' : `, compared with ${baselineWords(baseline)}`
  log.group(`Changes of ${name}${other}`)
  if ('why' in comparison) log.info(`There is nothing to compare: ${comparison.why}.`)
  else showChange(comparison, log)
  log.endGroup()
}

function showChange({ diff, fresh, reboot, rebuilt }: Change, log: Log): void {
  showClosure(diff, log)
  log.info(freshWords(fresh))
  if (reboot !== undefined) log.info(rebootSentence(reboot))
  if (rebuilt.length > 0) log.info('Built anew, with the same version:')
  for (const one of rebuilt) log.host(`${one}\n`)
}

function showMissing(facts: Facts, log: Log): void {
  const misses = missingOf(facts)
  if (misses.length === 0) return
  log.group(`Missing paths: ${misses.length}`)
  for (const miss of misses.slice(0, MAX_MISSING)) {
    const chain = chainWords(miss)
    log.host(`${miss.path}${chain === '' ? '' : ` ← ${chain}`}\n`)
    for (const { cache, words } of miss.reasons) log.host(`  ${cache}: ${words}\n`)
  }
  if (misses.length > MAX_MISSING) log.info(`${misses.length - MAX_MISSING} more are not shown.`)
  log.endGroup()
}
