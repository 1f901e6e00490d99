import type { ActionRun } from '../../support/run-action.ts'
import { deployProblems } from './deployJudge.ts'
import type { Notes } from './strikes.ts'
import { hostProblems } from './hostJudge.ts'
import type { DeployFacts, Facts } from './inside.ts'
import type { Plan } from './plan.ts'
import { green } from './table.ts'
import { trialProblems } from './trialJudge.ts'

/** What became of a deploy of the walk, from outside and from the files of the host. */
export interface Ending {
  readonly before: Facts
  readonly after: Facts
  readonly notes: Notes
  readonly run: ActionRun
  readonly plan: Plan
  /** The status it has to have; undefined: any of the contract's. */
  readonly expected: string | undefined
}

/** Everything that is not as it was promised. */
export function problemsOf(ending: Ending): string[] {
  const deploys = ending.after.deploys.toSorted((one, other) => one.ended - other.ended)
  return [
    ...deploys.flatMap((deploy) => deployProblems(deploy, ending.notes)),
    ...hostProblems(deploys, ending),
    ...trialProblems(deploys, ending),
    ...expectedProblems(deploys, ending),
    ...stepProblems(deploys, ending),
  ]
}

/** The deploy the step asked for; a step that was killed has not said its id. */
function deployOf(deploys: readonly DeployFacts[]): DeployFacts | undefined {
  return deploys.find(({ id }) => !/^(chaos|trial)-/.test(id))
}

/** The one whose end is that of the walk: the trial, where there is one. */
export function endOf(deploys: readonly DeployFacts[]): DeployFacts | undefined {
  const asked = deployOf(deploys)
  return deploys.find(({ id }) => id === asked?.result?.trial) ?? asked
}

function expectedProblems(deploys: readonly DeployFacts[], { expected }: Ending): string[] {
  const { status = 'unknown to the host', message = '' } = endOf(deploys)?.result ?? {}
  return [undefined, status].includes(expected)
    ? []
    : [`it is ${status} (${message}), and had to be ${expected ?? ''}`]
}

function stepProblems(deploys: readonly DeployFacts[], { run, notes, expected, plan }: Ending): string[] {
  // GitHub's runner kills a step that does not end by itself: that one has said nothing.
  if (run.code === null) return []
  const said = run.outputs['status'] ?? ''
  const isGreen = run.code === 0
  const problems: string[] = []
  if (isGreen !== green.includes(said))
    problems.push(`the step ended with ${run.code}, and its status is '${said}'`)
  if (!isKnown(said, deploys, notes)) problems.push(`the step's status is '${said}', and not the host's`)
  if (expected !== undefined && mustBeGreen(plan, expected) && !isGreen)
    problems.push('the step is red, and the deploy had to be green')
  return problems
}

/** A step that does not reboot has nothing to do with what becomes of the trial. */
function mustBeGreen({ trial }: Plan, expected: string): boolean {
  return (trial !== undefined && trial.way !== 'step') || green.includes(expected)
}

/** Whether the step may say so; one that never heard of the end says that. */
function isKnown(said: string, deploys: readonly DeployFacts[], notes: Notes): boolean {
  const knowsNothing = said === 'unreachable' || (notes.canceled && !green.includes(said))
  return knowsNothing || verdictsOf(deploys).includes(said)
}

/** What the step may say: of a superseded deploy it follows the later one and takes over its verdict. */
function verdictsOf(deploys: readonly DeployFacts[]): string[] {
  const status = deployOf(deploys)?.result?.status
  const end = endOf(deploys)?.result?.status
  if (status === undefined) return ['failed', 'refused', 'unreachable', 'aborted']
  const isLater = [status, end].includes('superseded')
  return isLater ? deploys.map(({ result }) => result?.status ?? '') : [status, end ?? status]
}
