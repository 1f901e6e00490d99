/** How a wait has ended, from what the CI and the caches said. */
import type { CacheEnd } from './cachehalf.ts'
import type { CiEnd } from './ciwatch.ts'
import { problemWords, type Scene, type Told } from './ciwords.ts'
import { missesOf } from './closure.ts'
import type { Ending } from './ending.ts'
import type { PathSearch } from './pathsearch.ts'
import type { Diagnosis } from './seen.ts'
import { diagnosesOf } from './uploadwatch.ts'
import type { Wait } from './waiting.ts'

/** Foreign text that belongs into the log, beside the words of the ending. */
export interface Verdict {
  readonly ending: Ending
  /** The ends of the logs of what has failed. */
  readonly logs: readonly string[]
}

/** Where no cache is looked at. */
export function verdictOfCi(wait: Wait, ci: CiEnd): Verdict {
  switch (ci.kind) {
    case 'built':
      return said({ status: 'built', sentence: `The checks of ${short(wait)} are green.`, details: [] })
    case 'failed':
      return failedVerdict(wait, ci)
    case 'timed-out':
      return said({
        status: 'timed-out',
        sentence: "The 'timeout' is over, and the CI is not done.",
        details: [ci.words],
      })
  }
}

/** `ci` is `undefined` where it does not matter any more. */
export function verdictOf(wait: Wait, cache: CacheEnd, ci: CiEnd | undefined): Verdict {
  if (ci !== undefined && ci.kind !== 'built') return verdictOfCi(wait, ci)
  switch (cache.kind) {
    case 'complete':
      return said({ status: 'ready', sentence: readySentence(wait), details: [] })
    case 'incomplete':
      return said(missingEnding(wait, cache))
    case 'abandoned':
      return said({ status: 'missing', sentence: missingSentence(wait), ...wordsOf(cache.diagnoses, []) })
    case 'unknown':
      return said(unknownEnding(wait, cache.search))
  }
}

function said(ending: Ending): Verdict {
  return { ending, logs: [] }
}

function readySentence({ inputs }: Wait): string {
  const names = inputs.targets.map(({ name }) => name).filter((name) => name !== '-')
  return names.length === 0
    ? 'Everything can be fetched.'
    : `Everything of ${names.join(', ')} can be fetched.`
}

function missingSentence({ closure }: Wait): string {
  // Not those of the last walk: one that goes on has not missed all of them again.
  const count = missesOf(closure).length
  return count === 1
    ? 'A path of the closure cannot be fetched.'
    : `${count} paths of the closure cannot be fetched.`
}

function missingEnding(wait: Wait, cache: CacheEnd & { readonly kind: 'incomplete' }): Ending {
  const final = cache.troubles.filter(({ isFinal }) => isFinal)
  // Credentials that are refused, or a host that does not exist, are bad input: no cache was really looked at.
  const status = final.length > 0 ? 'failed' : 'missing'
  const troubles = cache.troubles.map((trouble) => `${trouble.cache}: ${trouble.words}.`)
  const quietMs = wait.builtForMs
  return { status, sentence: missingSentence(wait), ...wordsOf(diagnosesOf(wait, quietMs), troubles) }
}

function wordsOf(
  diagnoses: readonly Diagnosis[],
  troubles: readonly string[],
): Pick<Ending, 'details' | 'hint'> {
  const advice = diagnoses.map((one) => one.advice).join(' ')
  return {
    details: [...troubles, ...diagnoses.map(({ words }) => words)],
    ...(advice === '' ? {} : { hint: advice }),
  }
}

function unknownEnding({ inputs }: Wait, search: PathSearch): Ending {
  const names = inputs.targets.map(({ name }) => name).filter((name) => search.path(name) === undefined)
  return {
    status: 'failed',
    sentence: `The store path of ${names.join(', ')} is not known: no route to it has an answer.`,
    details: names.map((name) => `${name}\n${search.words(name)}`),
    hint: "Give it as 'store-paths', from a job that has evaluated it.",
  }
}

function failedVerdict(wait: Wait, ci: CiEnd & { readonly kind: 'failed' }): Verdict {
  const told = ci.problems.map((problem) => problemWords(problem, sceneOf(wait, ci)))
  const texts = told.flatMap((one) => [one.message, ...logOf(one)])
  const hints = [...new Set(told.flatMap(({ hint }) => hint ?? []))].join(' ')
  return {
    ending: {
      status: 'failed',
      sentence: texts.slice(0, 1).join(''),
      details: texts.slice(1),
      ...(hints === '' ? {} : { hint: hints }),
    },
    logs: told.flatMap(logOf),
  }
}

function logOf({ log }: Told): readonly string[] {
  return log === '' ? [] : [log]
}

function sceneOf(wait: Wait, { existing }: CiEnd & { readonly kind: 'failed' }): Scene {
  const { inputs, lookout, github } = wait
  return {
    provider: inputs.provider === 'checks' ? 'checks' : 'garnix',
    sha: inputs.sha,
    discoveryMs: inputs.limits.discoveryMs,
    knowsCommit: github.reader.knowsCommit,
    existing,
    trouble: lookout?.trouble(),
  }
}

function short({ inputs }: Wait): string {
  return inputs.sha.slice(0, 12)
}
