/** The lines of a note that record a closure: `<configuration> <store path>[ <signature>]`. */
import { isStorePath, type StorePath } from './storepath.ts'

export interface NoteLine {
  readonly configuration: string
  /** Begins with a slash; what cannot be a store path is refused by hosts, and not passed over. */
  readonly path: string
  /** Base64; `undefined` = it is not signed. */
  readonly signature: string | undefined
}

// What parts words is ASCII's white space alone: the text is bytes, and one of those of a letter may look like a space.
const LINE = /^([^\t-\r ]+) (\/[^\t-\r ]*)(?: ([A-Za-z0-9+/]+={0,2}))?$/

/** `undefined` for any other line: people and other programs write notes as well. */
export function parseNoteLine(line: string): NoteLine | undefined {
  const [, configuration, path, signature] = LINE.exec(line) ?? []
  return configuration === undefined || path === undefined ? undefined : { configuration, path, signature }
}

/** The store paths that a note names for a configuration; several lines of one path are those of several signers. */
export function recordedPaths(note: string, configuration: string): readonly StorePath[] {
  const lines = note.split('\n').flatMap((line) => parseNoteLine(line) ?? [])
  const paths = lines.filter((line) => line.configuration === configuration).map(({ path }) => path)
  return [...new Set(paths)].filter(isStorePath)
}
