/** The closures that are recorded with commits: git notes under refs/notes/nixos-closures, through GitHub's API. */
import { ActionError } from '../shared/errors.ts'
import type { GitHubClient, Patience } from '../shared/github.ts'
import type { Question } from '../shared/githubanswer.ts'
import { objectIn, textIn } from '../shared/json.ts'
import type { GitHubAnswer } from '../shared/ports.ts'
import { refusalOf } from '../shared/refusal.ts'
import {
  isOfNotes,
  isOnTheWay,
  isSha,
  listingIn,
  notedCommit,
  type Listing,
  type TreeEntry,
} from './notetree.ts'

/** Rejects with an `ActionError` where GitHub refuses or cannot be asked in time, or with the signal's reason. */
export interface Notes {
  /** The note of a commit, `''` if it has none. A character is a byte: what is no ASCII comes as it stands in the file. */
  textOf(sha: string, patience: Patience): Promise<string>
  /** Whether any commit may have one. */
  areThere(patience: Patience): Promise<boolean>
  /** All commits that have one. */
  commits(patience: Patience): Promise<ReadonlySet<string>>
}

/** The ref, without the `refs/` that GitHub's addresses leave out. */
export const NOTES = 'notes/nixos-closures'
/** Hosts read no longer one. */
const MAX_BYTES = 1_048_576
/** GitHub does not know the tree of a directory without files. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

export interface Repository {
  readonly owner: string
  readonly repo: string
}

/** The note of one commit, and where it is. */
export interface FoundNote {
  /** The commit that the ref is at; `undefined` = there is no ref. */
  readonly tip: string | undefined
  /** Of that commit; `undefined` = it is empty. */
  readonly tree: string | undefined
  /** Each of them is a part of the note, as `git notes` reads it. */
  readonly paths: readonly string[]
  readonly text: string
}

export class GitHubNotes implements Notes {
  readonly #client: Pick<GitHubClient, 'ask'>
  readonly #repository: Repository

  constructor(client: Pick<GitHubClient, 'ask'>, repository: Repository) {
    this.#client = client
    this.#repository = repository
  }

  async textOf(sha: string, patience: Patience): Promise<string> {
    return (await this.find(sha, patience)).text
  }

  async find(sha: string, patience: Patience): Promise<FoundNote> {
    const { tip, tree } = await this.#top(patience)
    if (tree === undefined) return { tip, tree, paths: [], text: '' }
    const entries = await this.#entriesFor({ sha: tree, path: '' }, sha, patience)
    const bytes = entries.reduce((sum, { size }) => sum + size, 0)
    checkBytes(bytes, sha)
    const parts: string[] = []
    for (const entry of entries) parts.push(await this.#blob(entry.sha, patience))
    const text = parts.map((part) => (part === '' || part.endsWith('\n') ? part : `${part}\n`)).join('')
    return { tip, tree, paths: entries.map(({ path }) => path), text }
  }

  async areThere(patience: Patience): Promise<boolean> {
    return (await this.#top(patience)).tree !== undefined
  }

  async commits(patience: Patience): Promise<ReadonlySet<string>> {
    const { tree } = await this.#top(patience)
    const entries = tree === undefined ? [] : await this.#all(tree, patience)
    return new Set(entries.flatMap((entry) => notedCommit(entry) ?? []))
  }

  /** Neither is there before anything is recorded, nor for a token that may not read it. */
  async #top(patience: Patience): Promise<Pick<FoundNote, 'tip' | 'tree'>> {
    const place = { ref: NOTES }
    const isRef = (data: unknown) => isSha(objectIn(objectIn(data)?.['object'])?.['sha'])
    const answer = await this.#answer({ route: REF, parameters: place, isAnswer: isRef }, patience)
    // A repository without any commit answers 409.
    if (answer.status === 404 || answer.status === 409) return { tip: undefined, tree: undefined }
    const tip = textIn(objectIn(objectIn(this.#dataOf(answer))?.['object'])?.['sha'])
    const isCommit = (data: unknown) => isSha(objectIn(objectIn(data)?.['tree'])?.['sha'])
    const commit = await this.#ask(
      { route: COMMIT, parameters: { commit_sha: tip }, isAnswer: isCommit },
      patience,
    )
    const tree = textIn(objectIn(objectIn(commit)?.['tree'])?.['sha'])
    return { tip, tree: tree === EMPTY_TREE ? undefined : tree }
  }

  /** Those of one commit, whatever directories they are in; the paths are those from the top. */
  async #entriesFor(from: Place, digits: string, patience: Patience): Promise<readonly TreeEntry[]> {
    const { entries, isTruncated } = await this.#listing(from.sha, false, patience)
    const next = entries.filter((entry) => isOnTheWay(entry, digits))
    if (isTruncated && next.length === 0) throw tooMany()
    const found = await Promise.all(
      next.map(async (entry) => {
        const below = { ...entry, path: from.path + entry.path }
        if (!entry.isTree) return [below]
        const place = { sha: entry.sha, path: `${below.path}/` }
        return this.#entriesFor(place, digits.slice(entry.path.length), patience)
      }),
    )
    return found.flat()
  }

  /**
   * At once if GitHub tells them at once, else by the directories that notes are in. No deeper: each costs a request, and
   * anybody may have pushed any number of them.
   */
  async #all(top: string, patience: Patience): Promise<readonly TreeEntry[]> {
    const whole = await this.#listing(top, true, patience)
    if (!whole.isTruncated) return whole.entries
    const { entries, isTruncated } = await this.#listing(top, false, patience)
    if (isTruncated) throw tooMany()
    const found = [...entries]
    for (const directory of entries.filter(isOfNotes)) {
      const within = await this.#listing(directory.sha, true, patience)
      if (within.isTruncated) throw tooMany()
      found.push(...within.entries.map((entry) => ({ ...entry, path: `${directory.path}/${entry.path}` })))
    }
    return found
  }

  async #listing(tree_sha: string, isWhole: boolean, patience: Patience): Promise<Listing> {
    const isAnswer = (data: unknown) => Array.isArray(objectIn(data)?.['tree'])
    const parameters = { tree_sha, ...(isWhole ? { recursive: '1' } : {}) }
    return listingIn(await this.#ask({ route: TREE, parameters, isAnswer }, patience))
  }

  async #blob(file_sha: string, patience: Patience): Promise<string> {
    const isAnswer = (data: unknown) => objectIn(data)?.['encoding'] === 'base64'
    const blob = await this.#ask({ route: BLOB, parameters: { file_sha }, isAnswer }, patience)
    return Buffer.from(textIn(objectIn(blob)?.['content']), 'base64').toString('latin1')
  }

  async #ask(question: Question, patience: Patience): Promise<unknown> {
    return this.#dataOf(await this.#answer(question, patience))
  }

  #answer({ parameters, ...rest }: Question, patience: Patience): Promise<GitHubAnswer> {
    return this.#client.ask({ ...rest, parameters: { ...this.#repository, ...parameters } }, patience)
  }

  #dataOf(answer: GitHubAnswer): unknown {
    const what = `the notes of ${this.#repository.owner}/${this.#repository.repo}`
    const refusal = refusalOf(answer, { what, permission: 'contents: read' })
    if (refusal !== undefined) throw refusal
    return answer.data
  }
}

/** @throws ActionError for a note that is longer than hosts read */
export function checkBytes(bytes: number, sha: string): void {
  if (bytes <= MAX_BYTES) return
  throw new ActionError(`The note of ${sha} has ${bytes} bytes, and hosts read no more than ${MAX_BYTES}.`, {
    hint: `'git notes --ref=nixos-closures show ${sha}' shows it, after 'git fetch origin refs/${NOTES}:refs/${NOTES}'.`,
  })
}

type Place = Pick<TreeEntry, 'sha' | 'path'>

const REF = 'GET /repos/{owner}/{repo}/git/ref/{ref}'
const COMMIT = 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}'
const TREE = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}'
const BLOB = 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}'

function tooMany(): ActionError {
  return new ActionError('There are more notes in one directory than GitHub tells of.', {
    hint: `'git notes --ref=nixos-closures prune', or any note that git itself adds, spreads them over directories; then push refs/${NOTES}.`,
  })
}
