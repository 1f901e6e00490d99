/** New lines in a note, beside those of others. */
import { ActionError } from '../shared/errors.ts'
import { parseNoteLine, type NoteLine } from './noteline.ts'
import type { StorePath } from './storepath.ts'

/** What a line is about. */
export interface NotedClosure {
  readonly configuration: string
  readonly path: StorePath
}

/** Of one configuration: hosts look at no more. */
const MAX_LINES = 16

function textOf({ configuration, path, signature }: NoteLine): string {
  return `${configuration} ${path}${signature === undefined ? '' : ` ${signature}`}`
}

/** Who writes lines, and what happens to others' lines for the same configuration. */
export interface Writer {
  readonly sha: string
  /** Whether a line with another path gives way. */
  readonly isReplacing: boolean
  /** `undefined` = the lines are not signed. */
  readonly signer: Signer | undefined
}

export interface Signer {
  /** For a line. */
  sign(closure: NotedClosure): string
  hasSigned(closure: NotedClosure, signature: string): boolean
}

interface Entry {
  readonly text: string
  /** `undefined` = it is none that records a closure. */
  readonly line: NoteLine | undefined
}

/**
 * The text with a line for each of these, all others kept as they are; `undefined` if it has them already.
 * @throws ActionError where another path is recorded, and does not give way
 */
export function merged(text: string, wanted: readonly NotedClosure[], writer: Writer): string | undefined {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const before = lines.map((one) => ({ text: one, line: parseNoteLine(one) }))
  const byName = Map.groupBy(
    before.flatMap(({ line }) => line ?? []),
    ({ configuration }) => configuration,
  )
  const linesOf = ({ configuration }: NotedClosure) => byName.get(configuration) ?? []
  if (!writer.isReplacing) refuseOthers(linesOf, wanted, writer.sha)
  const after = wanted.reduce<readonly Entry[]>((entries, one) => {
    const lines = linesOf(one)
    return withLine({ entries, lines }, one, writer)
  }, before)
  return after === before ? undefined : after.map((entry) => `${entry.text}\n`).join('')
}

type LinesOf = (closure: NotedClosure) => readonly NoteLine[]

function refuseOthers(linesOf: LinesOf, wanted: readonly NotedClosure[], sha: string): void {
  const problems = wanted.flatMap((one) => {
    const other = linesOf(one).find(({ path }) => path !== one.path)
    if (other === undefined) return []
    return [
      `${one.configuration} of ${sha} is recorded as ${shown(other.path)} already, and it is ${one.path} now.`,
    ]
  })
  if (problems.length > 0)
    throw new ActionError(problems.join('\n'), {
      hint: "Two builds of the commit differ, or somebody recorded something else. Look which is right; 'record: replace' records the new one instead.",
    })
}

/** Longer than any store path; anybody may have written it. */
const MAX_SHOWN = 300

function shown(path: string): string {
  const visible = path.slice(0, MAX_SHOWN).replace(/[^!-~]/g, '?')
  return path.length > MAX_SHOWN ? `${visible}…` : visible
}

interface Known {
  readonly entries: readonly Entry[]
  /** Those of them that are about the same configuration. */
  readonly lines: readonly NoteLine[]
}

/** The very same entries, if there is nothing to do. */
function withLine({ entries, lines }: Known, wanted: NotedClosure, { signer }: Writer): readonly Entry[] {
  const isOurs = ({ path, signature }: NoteLine) =>
    path === wanted.path && (signer === undefined || signer.hasSigned(wanted, signature ?? ''))
  const isThere = lines.slice(0, MAX_LINES).some(isOurs)
  if (isThere && lines.every(({ path }) => path === wanted.path)) return entries
  // Whoever signs says all that an unsigned line does; what hosts do not look at any more is said again.
  const givesWay = (line: NoteLine) =>
    line.path !== wanted.path ||
    (signer !== undefined && line.signature === undefined) ||
    (!isThere && isOurs(line))
  const gone = new Set(lines.filter(givesWay))
  const kept = gone.size === 0 ? entries : entries.filter(({ line }) => line === undefined || !gone.has(line))
  if (isThere) return kept
  const line = { ...wanted, signature: signer?.sign(wanted) }
  const first = lines.length === 0 ? entries.length : entries.findIndex((entry) => entry.line === lines[0])
  return kept.toSpliced(first, 0, { text: textOf(line), line })
}
