import type { Notes } from './strikes.ts'
import type { DeployFacts, Result } from './inside.ts'
import { statusesOf } from './table.ts'

/** What is wrong with a deploy itself: its events, its decision, its result. */
export function deployProblems(deploy: DeployFacts, notes: Notes): string[] {
  const { id, result } = deploy
  if (result === null) return [`${id} has no result`]
  const problems = [
    ...orderProblems(deploy),
    ...lastProblems(deploy),
    ...resultProblems(result, notes),
    ...decisionProblems(deploy, result, notes),
    ...grantedProblems(deploy, notes),
  ]
  return problems.map((text) => `${id}: ${text}`)
}

function orderProblems({ events, torn }: DeployFacts): string[] {
  const problems = events.flatMap((event, index) =>
    event?.seq === index ? [] : [`event ${event?.seq ?? 'without a number'} stands at place ${index}`],
  )
  return [
    ...problems,
    ...(torn ? ['its last event is torn'] : []),
    ...(events[0]?.type === 'accepted' ? [] : [`its first event is '${events[0]?.type ?? ''}'`]),
  ]
}

function lastProblems({ events, result }: DeployFacts): string[] {
  const count = events.filter((event) => event?.type === 'result').length
  const last = events.at(-1)
  if (count !== 1 || last?.type !== 'result')
    return [`it has ${count} results, and ends with '${last?.type ?? ''}'`]
  const said = Object.entries(last).filter(([name]) => !['seq', 'time', 'type'].includes(name))
  const text = JSON.stringify(Object.fromEntries(said))
  return text === JSON.stringify(result) ? [] : [`its last event is not its result: ${text}`]
}

function resultProblems({ exitCode, status, message }: Result, notes: Notes): string[] {
  const problems: string[] = []
  if (statusesOf[exitCode]?.includes(status) !== true)
    problems.push(`exit code ${exitCode} is not that of '${status}'`)
  if (exitCode === 82) problems.push(`nothing made a rollback impossible: ${message}`)
  if (message.startsWith('Internal error')) problems.push(message)
  if (message.startsWith('Changed by somebody else') && !notes.byHand)
    problems.push(`nobody else changed anything: ${message}`)
  return problems
}

function decisionProblems({ decision, confirm }: DeployFacts, result: Result, notes: Notes): string[] {
  const { exitCode, status } = result
  if (!/^(commit|rollback) \w+$/.test(decision)) return [`its decision is '${decision}'`]
  const problems: string[] = []
  // A trial that is called off is decided first, so that nobody takes it for one that still waits for its boot.
  const isCalledOff = status === 'superseded' && decision === 'rollback worker'
  if (!isCalledOff && !codesAfter(decision, notes).includes(exitCode))
    problems.push(`decided '${decision}', ended with ${exitCode}`)
  if (decision === 'commit confirm' && confirm === null) problems.push('confirmed, and never asked to be')
  return problems
}

function codesAfter(decision: string, notes: Notes): number[] {
  if (decision.startsWith('rollback')) return [65, 69, 70, 75, 80, 81, 82, 83]
  // After a boot between a confirm and the boot entry the old system runs: nobody could have prevented that.
  return [0, 82, 84, ...(notes.byHand ? [70] : []), ...(notes.boots > 0 ? [81] : [])]
}

function grantedProblems({ id, decision }: DeployFacts, notes: Notes): string[] {
  const problems: string[] = []
  if (notes.confirmed.has(id) && !decision.startsWith('commit'))
    problems.push(`'confirmed' was said, and decided '${decision}'`)
  if (notes.aborted.has(id) && decision !== 'rollback abort')
    problems.push(`an abort was granted, and decided '${decision}'`)
  return problems
}
