/** From the words of a failure to the heading of the action's README that explains it. */
import { documentationUrl } from './project.ts'

/**
 * By heading, other words that it explains. A heading is what an error says, with … for what is filled in; so are the
 * other words.
 */
export type Headings = Readonly<Record<string, readonly string[]>>

export interface Help {
  /** The action's folder below `actions/`. */
  readonly action: string
  readonly headings: Headings
}

/** What every action may end with. */
export const COMMON_HEADINGS: Headings = {
  'Bad input: …': ['… bad inputs:'],
  'The outputs could not be written …': [],
  'This is a bug in the action: …': ['The action ended before its work was done'],
}

/** Above all others: for words that are somebody else's. */
const GENERAL = 'When it fails'

/** Where a failure is explained. */
export function helpUrl({ action, headings }: Help, words: string): string {
  return documentationUrl(`actions/${action}/README.md`, headingFor(words, headings) ?? GENERAL)
}

/** The same, for a job summary. */
export function helpMarkdown(help: Help, words: string): string {
  return `[${help.action}: what this means, and what to do](${helpUrl(help, words)})\n`
}

/** The heading with the most of the words: what is more exact has more of them. */
export function headingFor(words: string, headings: Headings): string | undefined {
  const own = withoutValues(words)
  const fitting = Object.entries(headings)
    .flatMap(([heading, others]) => [heading, ...others].map((form) => ({ heading, form })))
    .filter(({ form }) => says(own, form))
  return fitting.reduce<(typeof fitting)[number] | undefined>(
    (best, one) => (best === undefined || weightOf(one.form) > weightOf(best.form) ? one : best),
    undefined,
  )?.heading
}

/** What somebody gave as an input could be the words of any heading. */
function withoutValues(words: string): string {
  const isOfInputs = /^(?:Bad input|\d+ bad inputs):/.test(words)
  return isOfInputs ? words.replaceAll(/ is '.*?', expected /gs, ' is …, expected ') : words
}

/** How much of a form is fixed. */
export function weightOf(form: string): number {
  return form.replaceAll('…', '').length
}

/** Whether the parts of a form stand in the words, one after the other. */
export function says(words: string, form: string): boolean {
  let at = 0
  return form.split('…').every((part) => {
    const found = words.indexOf(part, at)
    at = found + part.length
    return found >= 0
  })
}
