// The full evaluation of nix/, where there is a nixpkgs: NIXPKGS names a tree (NIX_INPUTS a folder with the other inputs,
// each named as in flake.lock), or the inputs of the lock can be fetched. Otherwise it says what it did not run.
//   node test/nix/evaluation/main.ts [RESULT.json] [PART …]
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../box/cache.ts'
import { privateNix } from '../nix.ts'
import { notRun } from '../notrun.ts'
import { outputsOf } from '../outputs.ts'
import { scratchFlake } from './flake.ts'
import { inputsAtHand } from './inputs.ts'
import type { Inputs } from './inputs.ts'
import type { Outcome } from './outcome.ts'
import { shown } from './outcome.ts'
import { suite } from './suite.ts'
import type { Part } from './suite.ts'

const [resultFile, ...chosen] = process.argv.slice(2)
const isChosen = ({ title }: Part) => chosen.length === 0 || chosen.some((word) => title.includes(word))

async function main(): Promise<readonly Outcome[]> {
  await using nix = await privateNix(join(cacheFolder, 'nix-fetched'))
  const parts = suite(await outputsOf(nix)).filter(isChosen)
  const inputs = await inputsAtHand(nix)
  const flake = inputs.kind === 'none' ? undefined : await scratchFlake(nix, inputs)
  const outcomes: Outcome[] = []
  for (const part of parts) {
    const start = performance.now()
    const its = flake === undefined ? skipped(part, inputs) : await part.run(flake)
    outcomes.push(...its)
    sayNotRun(part.title, its)
    if (flake === undefined) continue
    console.log(`${part.title} (${((performance.now() - start) / 1000).toFixed(0)} s)`)
    console.log(its.map(shown).join('\n'))
  }
  return outcomes
}

function skipped({ names }: Part, inputs: Inputs): readonly Outcome[] {
  const why = inputs.kind === 'none' ? inputs.why : ''
  return names.map((name) => ({ kind: 'not run', name, why }))
}

/** A line for each part: what it is, how much of it, and why. */
function sayNotRun(title: string, outcomes: readonly Outcome[]): void {
  const those = outcomes.filter((it) => it.kind === 'not run')
  for (const [why, its] of Map.groupBy(those, (it) => it.why))
    notRun(
      why,
      its.map(({ name }) => name),
      title,
    )
}

const outcomes = await main()
const count = (kind: Outcome['kind']) => outcomes.filter((it) => it.kind === kind).length
const result = { passed: count('passed'), failed: count('failed') }
if (resultFile !== undefined) writeFileSync(resultFile, JSON.stringify(result))
if (result.failed > 0) process.exitCode = 1
