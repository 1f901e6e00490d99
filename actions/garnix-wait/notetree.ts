/** Where the notes are in the tree of their ref: by the commit's name, cut into directories after any two digits. */
import { numberIn, objectIn, objectsIn, textIn } from '../shared/json.ts'

export interface TreeEntry {
  /** From the tree that was listed. */
  readonly path: string
  readonly isTree: boolean
  readonly sha: string
  /** Of a blob, in bytes. */
  readonly size: number
}

export interface Listing {
  readonly entries: readonly TreeEntry[]
  /** There are more than GitHub tells at once. */
  readonly isTruncated: boolean
}

/** Out of GitHub's answer about a tree. Links and submodules are left out: none of them is a note. */
export function listingIn(data: unknown): Listing {
  const answer = objectIn(data)
  const entries = objectsIn(answer?.['tree']).flatMap((entry) => {
    const { path, type, sha } = { path: textIn(entry['path']), type: entry['type'], sha: entry['sha'] }
    if (!isSha(sha) || entry['mode'] === '120000') return []
    if (type !== 'tree' && type !== 'blob') return []
    return [{ path, isTree: type === 'tree', sha, size: numberIn(entry['size']) ?? 0 }]
  })
  return { entries, isTruncated: answer?.['truncated'] === true }
}

export function isSha(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{40}$/.test(text)
}

/** The note of the commit, or the directory it may be in; `digits` are those of its name that are left. */
export function isOnTheWay({ path, isTree }: TreeEntry, digits: string): boolean {
  return isTree ? path.length === 2 && digits.startsWith(path) : path === digits
}

/** A directory that may hold some. */
export function isOfNotes({ path, isTree }: TreeEntry): boolean {
  return isTree && /^[0-9a-f]{2}$/.test(path)
}

/** The commit that an entry of a whole tree is the note of. */
export function notedCommit({ path, isTree }: TreeEntry): string | undefined {
  const name = path.replaceAll('/', '')
  return !isTree && isSha(name) && /^(?:..\/)*[^/]+$/.test(path) ? name : undefined
}

/** Where this action puts it. */
export function pathFor(sha: string): string {
  return `${sha.slice(0, 2)}/${sha.slice(2)}`
}
