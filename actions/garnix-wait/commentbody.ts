import { fitted, paragraph } from '../shared/markdown.ts'
import { isGreen, type Ending } from './ending.ts'
import { completeClosureOf, type Facts } from './facts.ts'
import { comparisonMarkdown } from './comparisonreport.ts'
import { configurationsTable, headingOf } from './report.ts'

/** GitHub takes no longer comment; it counts characters, which are never more than bytes. */
const MAX_BYTES = 65_536
/** Each table has as many packages, the first of these with which all fit. The summary has more. */
const PACKAGES = [100, 50, 25, 10, 5, 0] as const

export interface Comment {
  /** One line that a reader does not see: the first of every comment about these configurations, in whatever order. */
  readonly marker: string
  readonly body: string
  /** Whether it is worth a comment if there is none yet: before that, the checks say all there is to say. */
  readonly isWorthMaking: boolean
}

/** Nothing in it depends on when or how fast it was found, so that the same outcome is the same text. */
export function commentOf(facts: Facts, ending: Ending): Comment {
  const fits = (max: number): boolean => Buffer.byteLength(bodyOf(facts, ending, max)) <= MAX_BYTES
  return {
    marker: markerOf(facts),
    body: fitted(bodyOf(facts, ending, PACKAGES.find(fits) ?? 0), MAX_BYTES),
    isWorthMaking: facts.configurations.some((one) => completeClosureOf(one) !== undefined),
  }
}

function bodyOf(facts: Facts, ending: Ending, maxPackages: number): string {
  const parts = [
    `${markerOf(facts)}\n${headingOf(facts, ending)}`,
    ...(isGreen(ending.status) ? [] : [paragraph(ending.sentence)]),
    configurationsTable(facts),
    ...facts.configurations.map((one) => comparisonMarkdown(one, facts, maxPackages)),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

/** Encoded, so that no name can end the marker. */
function markerOf({ configurations }: Facts): string {
  const names = configurations.map(({ name }) => encodeURIComponent(name)).sort()
  return `<!-- nix-vps garnix-wait ${names.join(' ')} -->`
}
