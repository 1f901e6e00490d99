import { fitList, fitLists, MAX_OUTPUT, type Fit } from '../shared/fit.ts'
import type { Status } from './ending.ts'
import { completeClosureOf, missingOf, type ConfigurationFacts, type Facts } from './facts.ts'
import { sizesOf } from './sizes.ts'

export interface Outputs {
  /** Every output of the action; `''` = not known. */
  readonly values: Readonly<Record<string, string>>
  /** What was cut, in sentences. */
  readonly problems: readonly string[]
}

export function outputsOf(
  facts: Facts,
  { status, durationMs }: { status: Status; durationMs: number },
): Outputs {
  const isLookedAt = facts.configurations.some(({ closure }) => closure !== undefined)
  const missing = isLookedAt
    ? fitList(missingOf(facts).map(({ path, neededBy }) => ({ path, neededBy })))
    : undefined
  const diffs = diffsOf(facts)
  return {
    values: {
      status,
      sha: facts.sha,
      'store-paths': byName(facts, ({ storePath }) => storePath),
      'build-url': byName(facts, ({ buildUrl }) => buildUrl),
      'closure-paths': byName(facts, (one) => completeSizesOf(one)?.paths),
      'download-size': byName(facts, (one) => completeSizesOf(one)?.downloadBytes),
      'unpacked-size': byName(facts, (one) => completeSizesOf(one)?.unpackedBytes),
      'closure-diff': diffs.json,
      recorded: String(facts.recorded !== undefined),
      missing: missing?.json ?? '',
      duration: String(Math.round(durationMs / 1_000)),
    },
    problems: [...problemsOf('missing', missing), ...problemsOf('closure-diff', diffs)],
  }
}

/** Whoever has no value is left out. Names may be any text: no object, which would reorder numbers and lose `__proto__`. */
function byName(
  { configurations }: Facts,
  valueOf: (one: ConfigurationFacts) => string | number | undefined,
): string {
  return objectOf(
    configurations.flatMap((one) => {
      const value = valueOf(one)
      return value === undefined ? [] : [[one.name, JSON.stringify(value)] as const]
    }),
  )
}

function objectOf(members: readonly (readonly [name: string, json: string])[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}

/** Of a part of a closure the sizes would mislead. */
function completeSizesOf(one: ConfigurationFacts) {
  const closure = completeClosureOf(one)
  return closure && sizesOf(closure)
}

/** Each configuration gets the same share of what an output may hold. */
function diffsOf({ configurations }: Facts): Fit {
  const compared = configurations.flatMap(({ name, comparison }) =>
    comparison !== undefined && 'diff' in comparison ? [{ name, diff: comparison.diff }] : [],
  )
  const fits = compared.map(({ name, diff: { sizeBytes, ...lists } }) => {
    const maxBytes = Math.floor(MAX_OUTPUT / compared.length) - Buffer.byteLength(JSON.stringify(name)) - 3
    return { name, ...fitLists(lists, { sizeBytes }, maxBytes) }
  })
  return {
    json: objectOf(fits.map(({ name, json }) => [name, json])),
    omitted: fits.reduce((sum, { omitted }) => sum + omitted, 0),
  }
}

function problemsOf(name: string, fit: Fit | undefined): readonly string[] {
  if (fit === undefined || fit.omitted === 0) return []
  return [
    `The output '${name}' would be too large: ${fit.omitted} entries are left out of it. The log has them.`,
  ]
}
