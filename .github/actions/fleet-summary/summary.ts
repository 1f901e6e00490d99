/** What became of a fleet, stage by stage. */
import { parseObject, textsIn } from '../../../actions/shared/json.ts'
import { code, table, text } from '../../../actions/shared/markdown.ts'
import type { ReadInput } from '../../../actions/shared/ports.ts'
import { STAGES, type Stage } from '../fleet-stages/fields.ts'

/** More names than these make a cell that nobody reads; the run's list of jobs has all of them. */
const MAX_NAMES = 20

const WORDS: Readonly<Record<string, string>> = {
  success: '🟢 every host is deployed',
  failure: '🔴 at least one host is not; the others were finished, and no later stage was started',
  cancelled: '🟠 canceled; the log of each host says how to look at it',
  skipped: '⚪ not started',
}

/** @param read an input of the action: the names by stage as JSON, the commit, and the result of each job */
export function summaryOf(read: ReadInput): string {
  const names = parseObject(read('names')) ?? {}
  const rows = STAGES.flatMap((stage) => rowOf(stage, textsIn(names[stage]), read))
  const commit = read('sha') === '' ? '' : ` to ${code(read('sha'))}`
  return `### Fleet${commit}\n\n${[...before(read), table(['stage', 'hosts', 'result'], rows)].join('\n')}`
}

function rowOf(stage: Stage, names: readonly string[], read: ReadInput): readonly (readonly string[])[] {
  if (names.length === 0) return []
  const result = read(stage === 'canary' ? stage : `stage-${stage}`)
  return [[stage, namesCell(names), WORDS[result] ?? text(result)]]
}

function namesCell(names: readonly string[]): string {
  const more = names.length - MAX_NAMES
  return `${names.slice(0, MAX_NAMES).map(code).join(' ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** What came before the stages, if it is why none was started. */
function* before(read: ReadInput): Generator<string> {
  const failed = (job: string): boolean => ['failure', 'cancelled'].includes(read(job))
  if (failed('plan')) yield 'No host was touched: the list of hosts was refused.\n'
  if (failed('wait')) yield 'No host was touched: the wait for the CI and the caches did not end well.\n'
  if (failed('record')) yield 'No host was touched: the closures could not be recorded.\n'
}
