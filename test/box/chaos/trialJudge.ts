import type { DeployFacts, Facts } from './inside.ts'
import type { Plan } from './plan.ts'
import type { Notes } from './strikes.ts'

interface Tried {
  readonly after: Facts
  readonly notes: Notes
  readonly plan: Plan
}

/** What is wrong with the trials, beside what is wrong with any deploy: nobody may get a system that nobody confirmed. */
export function trialProblems(deploys: readonly DeployFacts[], tried: Tried): string[] {
  const trials = deploys.filter(({ id }) => id.startsWith('trial-'))
  const named = new Set(deploys.map(({ result }) => result?.trial))
  return trials.flatMap((trial) => [
    ...(trial.result?.status === 'deployed' ? deployedProblems(trial, deploys, tried) : []),
    // One that could not be scheduled after all has told so itself.
    ...(named.has(trial.id) || trial.result?.status !== 'deployed' ? [] : [`nobody scheduled ${trial.id}`]),
  ])
}

function deployedProblems(trial: DeployFacts, deploys: readonly DeployFacts[], tried: Tried): string[] {
  const { after, notes } = tried
  const isLast = !deploys.some(({ ended }) => ended > trial.ended)
  const system = trial.result?.system ?? ''
  const places = [after.running, after.booted, after.profile, after.default]
  const isThere = places.every((place) => place === system)
  return [
    ...confirmProblems(trial, deploys, tried),
    ...(isThere || !isLast || notes.byHand
      ? []
      : [`${trial.id}: deployed ${system}, and not ${places.join(' ')}`]),
  ]
}

function confirmProblems(
  { id, decision }: DeployFacts,
  deploys: readonly DeployFacts[],
  tried: Tried,
): string[] {
  const { plan, notes } = tried
  const isOfCompany = deploys.some(
    ({ id: other, result }) => result?.trial === id && other.startsWith('chaos-'),
  )
  // The company asks for no confirm.
  if (!plan.confirm || isOfCompany) return []
  const mayHaveAsked = notes.asked.has(id) || isStepsToConfirm(plan)
  return [
    ...(decision === 'commit confirm' ? [] : [`${id}: deployed by '${decision}'`]),
    ...(mayHaveAsked ? [] : [`${id}: deployed, and nobody was there to confirm it`]),
  ]
}

const isStepsToConfirm = ({ trial }: Plan): boolean => trial?.way === 'step' && trial.answers
