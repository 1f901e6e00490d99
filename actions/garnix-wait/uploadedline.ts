/**
 * What an instance writes about its cache into the log of a build, and so into the text of its check run: the last
 * 100 lines, one for each path as it is uploaded, in no order. These lines are its own where they begin the line:
 * what a build prints has `<name of the derivation>> ` in front. (garnix's Garnix.S3Cache and GithubReporter)
 */
import { nameOf, ofBaseName, STORE, type StorePath } from './storepath.ts'

interface TooLarge {
  readonly path: StorePath
  readonly bytes: number
  readonly limitBytes: number
}

export interface CacheLines {
  readonly uploaded: readonly StorePath[]
  /** Paths that are above the instance's limit, which it never uploads. */
  readonly tooLarge: readonly TooLarge[]
}

/** A path with the longest name there can be, two numbers and the words around them; a longer line is another one. */
const MAX_LINE = 400
const UPLOADED = /^Uploaded (\S+) to the garnix binary cache\.\s*$/
const TOO_LARGE =
  /^(\S+) is (\d{1,15}) bytes, the limit is (\d{1,15})\. Not uploading to the garnix binary cache\.\s*$/

export function cacheLinesIn(text: string): CacheLines {
  const lines = text.split('\n').filter((line) => line.length <= MAX_LINE)
  return {
    uploaded: [...new Set(lines.flatMap((line) => storePathIn(UPLOADED.exec(line)?.[1])))],
    tooLarge: lines.flatMap((line) => {
      const [, base, bytes, limit] = TOO_LARGE.exec(line) ?? []
      return storePathIn(base).map((path) => ({ path, bytes: Number(bytes), limitBytes: Number(limit) }))
    }),
  }
}

/** The systems among paths: the name of a toplevel is `nixos-system-<host name>-<label>`. */
export function systemsAmong(paths: readonly StorePath[]): readonly StorePath[] {
  return paths.filter((path) => nameOf(path).startsWith('nixos-system-'))
}

function storePathIn(text = ''): readonly StorePath[] {
  const path = text.startsWith(`${STORE}/`) ? ofBaseName(text.slice(STORE.length + 1)) : undefined
  return path === undefined ? [] : [path]
}
