/** A run of deploy-fleet.yml that records, for so many hosts: its jobs, when they start, and how long each takes. */
import { randomOf } from '../test/box/chaos/random.ts'
import { starts } from '../test/workflows/running.ts'
import { needsOf, workflow } from '../test/workflows/workflows.ts'
import { MAX_MATRIX, type Runners, schedule, type SimulatedJob, type SimulatedRun } from './fleetscheduler.ts'

/** What cannot be measured without GitHub and hosts: medians. */
export const ASSUMED = {
  /** From "may start" to a runner. */
  latencySeconds: 6,
  /** "Set up job" and "Complete job", the download of the actions' archive included. */
  setUpSeconds: 6,
  /** One host's deploy-nixos: what it fetches, its activation, its checks and the confirmation. */
  deploySeconds: 75,
}
/** Of the logarithm: half the median and twice as much are as rare as one in sixteen. */
const SIGMA = 0.45
const SEED = 7

/** Seconds of the steps themselves. */
export interface Measured {
  readonly plan: number
  readonly wait: number
  readonly record: number
  readonly summary: number
}

const FLEET = workflow('deploy-fleet.yml')
const STAGES = ['canary', 'stage-1', 'stage-2', 'stage-3', 'stage-4']

/** One host in a hundred is a canary, the others are in stages that grow, none beyond what a matrix may have. */
export function spread(hosts: number): readonly number[] {
  const canary = Math.max(1, Math.round(hosts / 100))
  const sizes = [1, 2, 3, 4].map((weight) =>
    Math.min(MAX_MATRIX, Math.floor(((hosts - canary) * weight) / 10)),
  )
  let left = hosts - canary - sizes.reduce((sum, size) => sum + size, 0)
  for (const stage of [3, 2, 1, 0]) {
    const more = Math.min(left, MAX_MATRIX - (sizes[stage] ?? 0))
    sizes[stage] = (sizes[stage] ?? 0) + more
    left -= more
  }
  if (left > 0) throw new Error(`${hosts} hosts are too many for four stages of ${MAX_MATRIX}.`)
  return [canary, ...sizes]
}

/** The same for the same hosts, however many jobs may run at once. */
export function simulated(hosts: number, concurrent: number, measured: Measured): SimulatedRun {
  const chance = chances(SEED)
  const latency: Runners['latency'] = () => chance(ASSUMED.latencySeconds)
  return schedule(jobsFor(spread(hosts), measured, { chance: chances(SEED + 1) }), { concurrent, latency })
}

/** `reds`: by job, how many of its copies end red. */
export function jobsFor(
  sizes: readonly number[],
  measured: Measured,
  { chance, reds = {} }: { chance: Chance; reds?: Readonly<Record<string, number>> },
): readonly SimulatedJob[] {
  const lists = Object.fromEntries(STAGES.map((stage, index) => [stage, sizes[index] === 0 ? '[]' : '[…]']))
  const situation = { ends: {}, outputs: { plan: lists }, contexts: { inputs: { record: 'true' } } }
  return Object.entries(FLEET.jobs).map(([name, job]) => {
    const size = sizes[STAGES.indexOf(name)]
    const own = name in measured ? measured[name as keyof Measured] : undefined
    const seconds = (): number =>
      chance(ASSUMED.setUpSeconds) + (own ?? (size === undefined ? 0 : chance(ASSUMED.deploySeconds)))
    const isStarted: SimulatedJob['isStarted'] = (results) =>
      starts(job, { results, jobs: FLEET.jobs, isCanceled: false }, situation)
    const copies = Array.from({ length: size ?? 1 }, seconds)
    return { name, needs: needsOf(job), copies, reds: reds[name] ?? 0, isStarted }
  })
}

type Chance = (median: number) => number

/** Log-normal around a median, by Box and Muller. */
function chances(seed: number): Chance {
  const random = randomOf(seed)
  return (median) => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    return median * Math.exp(SIGMA * radius * Math.cos(2 * Math.PI * random.next()))
  }
}
