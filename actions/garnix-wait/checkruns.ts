/** Check runs and commit statuses as GitHub lists them, which is as whoever made them wrote them. */
import { numberIn, objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'

/** Of a run, or of a status: `failed` is whatever ended without success, `skipped` and `stale` included. */
type State = 'running' | 'succeeded' | 'failed'

export interface CheckRun {
  /** Grows with time, also over the suites of a commit. */
  readonly id: number
  readonly name: string
  /** The App's slug in lower case; `''` for a commit status. */
  readonly app: string
  readonly state: State
  /** GitHub's word for it: `in_progress`, `timed_out`. */
  readonly word: string
  /** Where its maker shows it, a web address. */
  readonly url: string | undefined
  /** `2026-01-31T12:00:00Z`, `''` if unknown. */
  readonly startedAt: string
  readonly completedAt: string
  /** Garnix: the last 100 lines of the log. */
  readonly text: string
}

export interface Page {
  readonly total: number
  readonly items: readonly CheckRun[]
  /** How many things it lists, whether they can be read or not. */
  readonly size: number
}

/** A page of check runs; `undefined` if it is none. */
export function readRuns(data: unknown): Page | undefined {
  return readPage(data, 'check_runs', runIn)
}

/** A page of the newest commit status of each context; `undefined` if it is none. */
export function readStatuses(data: unknown): Page | undefined {
  return readPage(data, 'statuses', statusIn)
}

function readPage(
  data: unknown,
  field: string,
  itemIn: (json: Json) => CheckRun | undefined,
): Page | undefined {
  const list = objectIn(data)?.[field]
  const total = numberIn(objectIn(data)?.['total_count'])
  if (!Array.isArray(list) || total === undefined) return undefined
  const items = objectsIn(list)
    .map(itemIn)
    .filter((item) => item !== undefined)
  return { total, items, size: list.length }
}

function runIn(json: Json): CheckRun | undefined {
  const id = numberIn(json['id'])
  const name = textIn(json['name'])
  const status = textIn(json['status'])
  const word = wordOf(json)
  if (id === undefined || name === '' || status === '') return undefined
  return {
    id,
    name,
    app: textIn(objectIn(json['app'])?.['slug']).toLowerCase(),
    state: status === 'completed' ? endOf(word) : 'running',
    word,
    url: firstAddress([json['details_url'], json['html_url']]),
    startedAt: textIn(json['started_at']),
    completedAt: textIn(json['completed_at']),
    text: textIn(objectIn(json['output'])?.['text']),
  }
}

function wordOf(json: Json): string {
  const status = textIn(json['status'])
  return status === 'completed' ? textIn(json['conclusion']) || status : status
}

function statusIn(json: Json): CheckRun | undefined {
  const id = numberIn(json['id'])
  const name = textIn(json['context'])
  const word = textIn(json['state'])
  if (id === undefined || name === '' || word === '') return undefined
  const state = word === 'pending' ? 'running' : endOf(word)
  return {
    id,
    name,
    app: '',
    state,
    word,
    url: firstAddress([json['target_url']]),
    startedAt: textIn(json['created_at']),
    completedAt: state === 'running' ? '' : textIn(json['updated_at']),
    text: textIn(json['description']),
  }
}

function endOf(word: string): State {
  return word === 'success' ? 'succeeded' : 'failed'
}

function firstAddress(values: readonly unknown[]): string | undefined {
  const urls = values.map((value) => URL.parse(textIn(value)))
  return urls.find((url) => url !== null && /^https?:$/.test(url.protocol))?.href
}

/** The newest of them, whatever suites they are in; `undefined` if there is none. */
export function newestOf(runs: readonly CheckRun[]): CheckRun | undefined {
  return runs.reduce<CheckRun | undefined>(
    (newest, run) => (newest === undefined || run.id > newest.id ? run : newest),
    undefined,
  )
}
