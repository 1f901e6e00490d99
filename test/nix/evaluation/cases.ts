/** The cases of nix/tests/eval: a topic in one process, for its cases share evaluations. */
import type { Finished } from '../../box/process.ts'
import type { Flake } from './flake.ts'
import { missingInputs } from './flake.ts'
import type { Outcome } from './outcome.ts'
import { verdict } from './outcome.ts'

const cases = (flake: Flake, ...path: readonly string[]) =>
  `${flake.url}#checks.aarch64-linux.evaluation.cases.${path.map((part) => JSON.stringify(part)).join('.')}`

export async function topicOutcomes(
  flake: Flake,
  topic: string,
  names: readonly string[],
): Promise<Outcome[]> {
  const whole = await flake.nix(['eval', '--json', cases(flake, topic)])
  if (whole.code === 0) {
    const results = JSON.parse(whole.stdout) as Record<string, unknown>
    return names.map((name) => outcomeOf(name, results[name]))
  }
  // One case ends in an error of its own: the others are still wanted.
  const outcomes: Outcome[] = []
  for (const name of names)
    outcomes.push(outcomeOfRun(name, await flake.nix(['eval', '--json', cases(flake, topic, name)])))
  return outcomes
}

function outcomeOf(name: string, result: unknown): Outcome {
  return verdict(name, result === true ? undefined : said(result))
}

function said(result: unknown): string {
  return typeof result === 'string'
    ? result
    : `the case is neither true nor a sentence: ${JSON.stringify(result)}`
}

/** Of an evaluation that has to succeed. What an input was missing for was not run. */
export function failureOf(name: string, { stderr }: Finished): Outcome {
  const missing = missingInputs(stderr)
  if (missing.length === 0)
    return { kind: 'failed', name, detail: stderr.slice(Math.max(0, stderr.lastIndexOf('error:'))).trim() }
  return { kind: 'not run', name, why: `NIX_INPUTS has no ${[...new Set(missing)].join(', ')}` }
}

function outcomeOfRun(name: string, finished: Finished): Outcome {
  return finished.code === 0 ? outcomeOf(name, JSON.parse(finished.stdout)) : failureOf(name, finished)
}
