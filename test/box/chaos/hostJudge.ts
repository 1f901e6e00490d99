import type { Notes } from './strikes.ts'
import type { DeployFacts, Facts, Result } from './inside.ts'

/** What runs, what is the default, and the number of the generation. */
type Stand = Pick<Facts, 'running' | 'default' | 'generation'>

interface Change {
  readonly before: Facts
  readonly after: Facts
  readonly notes: Notes
}

/** What on the host is not what the results of the deploys, one after the other, say. */
export function hostProblems(deploys: readonly DeployFacts[], { before, after, notes }: Change): string[] {
  // Then nobody promises anything of what runs.
  if (notes.byHand) return []
  const want = promised(before, deploys)
  const pairs: [string, string | number, string | number][] = [
    ['default', after.default, want.default],
    ['profile', after.profile, want.default],
    ['generation', after.generation, want.generation],
  ]
  return [
    ...pairs.flatMap(([what, is, was]) => (is === was ? [] : [`the ${what} is ${is}, not ${was}`])),
    ...(after.bootId === before.bootId ? sameBoot(after, want) : anotherBoot(before, after, want)),
    ...(after.running === before.running ? unitProblems(before, after) : []),
  ]
}

function promised(before: Facts, deploys: readonly DeployFacts[]): Stand {
  let stand: Stand = before
  for (const { result } of deploys) if (result !== null) stand = { ...stand, ...changedBy(result) }
  return stand
}

function changedBy({ status, mode, system, generation, trial }: Result): Partial<Stand> {
  const running = { running: system ?? '' }
  const kept = { default: system ?? '', generation: generation ?? 0 }
  if (status === 'scheduled') return trial === undefined ? kept : {}
  if (status !== 'deployed') return {}
  return mode === 'test' ? running : { ...running, ...kept }
}

function sameBoot(after: Facts, want: Stand): string[] {
  return after.running === want.running ? [] : [`${after.running} runs, not ${want.running}`]
}

/** A boot starts the default of its moment; what was only tried until then is gone. */
function anotherBoot(before: Facts, after: Facts, want: Stand): string[] {
  const problems: string[] = []
  if (![before.default, want.default].includes(after.booted))
    problems.push(`${after.booted} was booted, neither the old default nor the new one`)
  if (![want.running, after.booted].includes(after.running))
    problems.push(`${after.running} runs, neither what was booted nor what was deployed`)
  return problems
}

const ours = /^(sshd|idle|steady|bad|dbus|systemd-(logind|journald))\.service$/

function unitProblems(before: Facts, after: Facts): string[] {
  const [was, is] = [before.active, after.active].map((units) =>
    units.filter((name) => ours.test(name)).join(' '),
  )
  const failed = after.failed.filter((name) => !before.failed.includes(name))
  return [
    ...(was === is ? [] : [`the units that run are ${is ?? ''}, not ${was ?? ''}`]),
    ...(failed.length === 0 ? [] : [`units failed: ${failed.join(' ')}`]),
  ]
}
