// `npm run bench -- chaos [--seed N] [--count M] [--boxes B] [--trials]`: deploys with random faults at random moments.
import { parseArgs } from 'node:util'
import { walkAll } from '../test/box/chaos/lanes.ts'
import { planOf, wordsOfPlan } from '../test/box/chaos/plan.ts'
import type { Outcome } from '../test/box/chaos/walk.ts'

const logs = '/tmp/nix-vps-chaos'

/** Walks, says each deploy as it ends, and in the end what there was; 1 if a promise was broken. */
export async function chaos(args: readonly string[]): Promise<number> {
  const options = {
    seed: { type: 'string' },
    count: { type: 'string' },
    boxes: { type: 'string' },
    trials: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  const first = Number(values.seed ?? Math.floor(Math.random() * 1_000_000) * 1000)
  const count = Number(values.count ?? 200)
  const lanes = Math.min(Number(values.boxes ?? 4), count)
  console.log(`${count} deploys from seed ${first} on, on ${lanes} boxes at a time`)
  const every = Array.from(
    { length: values.trials === true ? count * 3 : count },
    (_, index) => first + index,
  )
  const seeds = values.trials === true ? every.filter((seed) => planOf(seed).trial !== undefined) : every
  const outcomes: Outcome[] = []
  const done = (outcome: Outcome): void => {
    outcomes.push(outcome)
    console.log(`${outcomes.length}/${count} ${lineOf(outcome)}`)
  }
  await walkAll(seeds, { lanes, done, logs })
  report(outcomes)
  return outcomes.some(({ problems }) => problems.length > 0) ? 1 : 0
}

function lineOf({ plan, status, problems }: Outcome): string {
  const line = `seed ${plan.seed}: ${status} (${wordsOfPlan(plan)})`
  if (problems.length === 0) return line
  const replay = `npm run bench -- chaos --seed ${plan.seed} --count 1`
  return `${line}\n  ✘ ${problems.join('\n  ✘ ')}\n  again: ${replay}\n  what was said: ${logs}/${plan.seed}.log`
}

function report(outcomes: readonly Outcome[]): void {
  table(
    'ending',
    outcomes.map(({ status }) => status),
  )
  table(
    'system',
    outcomes.map(({ plan }) => plan.kind),
  )
  table(
    'fault that struck',
    outcomes.flatMap(({ struck }) => struck.map(({ name }) => name)),
  )
  const broken = outcomes.filter(({ problems }) => problems.length > 0)
  console.log(`\n${outcomes.length} deploys, ${broken.length} broke a promise`)
  for (const outcome of broken) console.log(lineOf(outcome))
}

function table(title: string, names: readonly string[]): void {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  console.log(`\n${title.padEnd(28)} deploys`)
  for (const [name, count] of [...counts].toSorted((one, other) => other[1] - one[1]))
    console.log(`${name.padEnd(28)} ${String(count).padStart(7)}`)
}
