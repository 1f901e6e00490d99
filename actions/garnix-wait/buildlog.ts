/** The log of a build as an instance gives it out: `GET /api/build/<id>/logs?after=<time>`, page by page. */
import { numberIn, objectsIn, parseObject, textIn } from '../shared/json.ts'

export interface LogPage {
  /** What the instance wrote itself; the lines of a build have the name of a derivation with them. */
  readonly own: readonly string[]
  /** The time after which the next page begins; `undefined` = there is none yet. */
  readonly next: string | undefined
}

/** With or without fractions, in UTC; it goes into an address. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?Z$/

/** `undefined` for what is no such page. */
export function logPageIn(body: string): LogPage | undefined {
  const page = parseObject(body)
  const size = numberIn(page?.['max_page_size'])
  if (size === undefined || !Array.isArray(page?.['logs'])) return undefined
  const lines = objectsIn(page['logs'])
  const isFull = lines.length > 0 && lines.length >= size
  return {
    own: lines.filter((line) => textIn(line['package']) === '').map((line) => textIn(line['log_message'])),
    next: isFull ? timeIn(lines.at(-1)?.['timestamp']) : undefined,
  }
}

/** A time as the instance writes it, `undefined` for anything else. */
export function timeIn(value: unknown): string | undefined {
  return TIME.test(textIn(value)) ? textIn(value) : undefined
}
