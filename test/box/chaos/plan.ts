import type { FaultName } from './faults.ts'
import { faults } from './faults.ts'
import type { KindName, Mode } from './kinds.ts'
import { kinds } from './kinds.ts'
import { allMoments, momentsOf } from './moments.ts'
import type { Weights } from './moments.ts'
import { randomOf } from './random.ts'
import type { Random } from './random.ts'
import { trialKindWeights, trialMoments, trialPlanOf } from './trialPlan.ts'
import type { TrialPlan } from './trialPlan.ts'

/** When a fault strikes: so many milliseconds after something of the deploy can be seen on the host's disk. */
interface Moment {
  /** `phase:NAME:start|end`, `event:TYPE`, `file:NAME`; `begin`: the step starts; `fault`: the one before is over. */
  readonly after: string
  readonly ms: number
}

export interface PlannedFault {
  readonly name: FaultName
  readonly at: Moment
  /** How much of it, from 0 to 1. */
  readonly amount: number
}

/** One deploy of the walk: everything about it that is chance. */
export interface Plan {
  readonly seed: number
  readonly kind: KindName
  readonly mode: Mode
  readonly amount: number
  /** Whether the runner confirms; otherwise the host's own checks decide. */
  readonly confirm: boolean
  readonly faults: readonly PlannedFault[]
  /** Only of a system that needs a boot, on a host that can try one. */
  readonly trial?: TrialPlan
}

const kindWeights: Readonly<Record<keyof typeof kinds, number>> = {
  ...(Object.fromEntries(Object.keys(kinds).map((name) => [name, 1])) as Record<keyof typeof kinds, number>),
  good: 6,
  'slow build': 2,
  'slow activation': 3,
  'slow boot loader': 3,
}
const modeWeights = { switch: 16, test: 2, boot: 2, 'dry-activate': 1 }
const weights = Object.fromEntries(
  Object.entries(faults).map(([name, { weight }]) => [name, weight]),
) as Record<FaultName, number>
const trialWeights = {
  ...weights,
  'guard killed': 4,
  'recover killed': 5,
  'recover paused': 3,
  // A disk in memory would be empty after the boot.
  'disk full': 0,
  'profile changed by hand': 1,
}

export function planOf(seed: number): Plan {
  const random = randomOf(seed)
  const trial = trialPlanOf(seed)
  const kind = trial === undefined ? random.weighted(kindWeights) : random.weighted(trialKindWeights)
  const mode = trial === undefined ? random.weighted(modeWeights) : 'switch'
  const amount = round(random.next())
  const confirm = random.next() < 0.85
  const count = random.weighted({ 1: 5, 2: 3, 3: 1 })
  // What comes second may meet a deploy that the first one has sent another way.
  const moments =
    trial === undefined
      ? [momentsOf(kind, mode, confirm), allMoments, allMoments]
      : Array.from({ length: 3 }, () => trialMoments)
  const chosen = trial === undefined ? weights : trialWeights
  const planned = moments
    .slice(0, Number(count))
    .map((reached, index) => faultOf(random, random.weighted(chosen), [reached, index === 0]))
  return { seed, kind, mode, amount, confirm, faults: planned, ...(trial === undefined ? {} : { trial }) }
}

function faultOf(random: Random, name: FaultName, [reached, isFirst]: [Weights, boolean]): PlannedFault {
  const { when } = faults[name] as { when?: RegExp }
  const possible = Object.entries(reached).filter(([after]) => when?.test(after) !== false)
  const moments = possible.length > 0 ? Object.fromEntries(possible) : reached
  const after = !isFirst && random.next() < 0.6 ? 'fault' : random.weighted(moments)
  // Mostly at once, sometimes later: the cube keeps the long ones rare.
  const ms = Math.floor(random.next() ** 3 * (after === 'begin' ? 5000 : 1500))
  return { name, at: { after, ms }, amount: round(random.next()) }
}

const round = (value: number): number => Math.round(value * 1000) / 1000

/** One line that says it all. */
export function wordsOfPlan({ kind, mode, confirm, faults: planned, trial }: Plan): string {
  const struck = planned.map(({ name, at, amount }) => `${name} (${amount}) ${at.ms} ms after ${at.after}`)
  const tried =
    trial === undefined ? '' : `, ${trial.loader}, ${trial.way}${trial.answers ? '' : ', no answer'}`
  return `${kind}, ${mode}${confirm ? '' : ', unconfirmed'}${tried}: ${struck.join('; ')}`
}
