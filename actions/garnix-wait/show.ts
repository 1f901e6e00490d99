import { showClosure } from '../shared/packagewords.ts'
import type { Log } from '../shared/ports.ts'
import { missingOf, type Facts } from './facts.ts'
import { chainWords } from './misswords.ts'

/** Nobody reads more, and the runner would spend minutes on them. */
const MAX_MISSING = 5_000

/** At the end, in the log: all that the summary may have to leave out. */
export function showFacts(facts: Facts, log: Log): void {
  showMissing(facts, log)
  for (const { name, comparison } of facts.configurations) {
    if (comparison === undefined) continue
    log.group(`Changes of ${name}, compared with ${comparison.with}`)
    if ('diff' in comparison) showClosure(comparison.diff, log)
    else log.info(`There is nothing to compare: ${comparison.why}.`)
    log.endGroup()
  }
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
