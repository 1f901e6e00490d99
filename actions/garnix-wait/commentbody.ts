import { fitted, paragraph } from '../shared/markdown.ts'
import { isGreen, type Ending } from './ending.ts'
import { completeClosureOf, type Facts } from './facts.ts'
import { comparisonMarkdown, configurationsTable, headingOf } from './report.ts'

/** GitHub takes no longer comment; it counts characters, which are never more than bytes. */
const MAX_BYTES = 65_536
/** One line that a reader does not see: which comment this is. The summary has more rows. */
const MAX_PACKAGES = 100

export interface Comment {
  /** The first line of every comment about these configurations, in whatever order. */
  readonly marker: string
  readonly body: string
  /** Whether it is worth a comment if there is none yet: before that, the checks say all there is to say. */
  readonly isWorthMaking: boolean
}

/** Nothing in it depends on when or how fast it was found, so that the same outcome is the same text. */
export function commentOf(facts: Facts, ending: Ending): Comment {
  const marker = markerOf(facts)
  const parts = [
    `${marker}\n${headingOf(facts, ending)}`,
    ...(isGreen(ending.status) ? [] : [paragraph(ending.sentence)]),
    configurationsTable(facts),
    ...facts.configurations.map((one) => comparisonMarkdown(one, MAX_PACKAGES)),
  ]
  return {
    marker,
    body: fitted(parts.filter((part) => part !== '').join('\n'), MAX_BYTES),
    isWorthMaking: facts.configurations.some((one) => completeClosureOf(one) !== undefined),
  }
}

/** Encoded, so that no name can end the marker. */
function markerOf({ configurations }: Facts): string {
  const names = configurations.map(({ name }) => encodeURIComponent(name)).sort()
  return `<!-- nix-vps garnix-wait ${names.join(' ')} -->`
}
