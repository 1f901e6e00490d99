/** A git on paper: objects get the names that git gives them. */
import { createHash } from 'node:crypto'

export interface Entry {
  readonly mode: '100644' | '100755' | '120000' | '160000'
  readonly oid: string
}

/** By path. Directories are what the paths say. */
export type Files = ReadonlyMap<string, Entry>

export interface Person {
  readonly name: string
  readonly email: string
  /** `2026-01-31T12:00:00Z` */
  readonly date: string
}

export interface Commit {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly message: string
  readonly isVerified: boolean
  /** Counts up: what is made later has a higher one. */
  readonly order: number
}

export type NewCommit = Pick<Commit, 'tree' | 'parents' | 'author' | 'committer' | 'message'> &
  Partial<Pick<Commit, 'isVerified'>>

export const EMPTY_OID = '0'.repeat(40)

export class Git {
  readonly blobs = new Map<string, Buffer>()
  readonly trees = new Map<string, Files>()
  readonly commits = new Map<string, Commit>()
  /** As git stores them, but for the compression. */
  readonly objects = new Map<string, Buffer>()
  readonly #ancestors = new Map<string, ReadonlySet<string>>()

  addBlob(content: Buffer | string): string {
    const bytes = Buffer.from(content)
    const oid = this.#add('blob', bytes)
    this.blobs.set(oid, bytes)
    return oid
  }

  /** Its directories are trees as well. */
  addTree(files: Files): string {
    const content = [...this.#entriesOf(files)]
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([name, { mode, oid }]) =>
        Buffer.concat([Buffer.from(`${mode} ${name.replace(/\/$/, '')}\0`), Buffer.from(oid, 'hex')]),
      )
    const oid = this.#add('tree', Buffer.concat(content))
    this.trees.set(oid, files)
    return oid
  }

  addCommit(wanted: NewCommit): Commit {
    const { tree, parents, author, committer, message, isVerified = false } = wanted
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${personLine(author)}`,
      `committer ${personLine(committer)}`,
      ...(isVerified ? ['gpgsig a signature of GitHub'] : []),
    ]
    const oid = this.#add('commit', Buffer.from(`${lines.join('\n')}\n\n${message}`))
    const known = this.commits.get(oid)
    if (known !== undefined) return known
    const commit = { ...wanted, oid, isVerified, order: this.commits.size }
    this.commits.set(oid, commit)
    return commit
  }

  #add(kind: 'blob' | 'tree' | 'commit', content: Buffer): string {
    const object = Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content])
    const oid = createHash('sha1').update(object).digest('hex')
    this.objects.set(oid, object)
    return oid
  }

  /** Of a tree or a commit. */
  filesOf(oid: string): Files {
    return this.trees.get(this.commits.get(oid)?.tree ?? oid) ?? new Map<string, Entry>()
  }

  /** It is one of them itself. */
  ancestorsOf(oid: string): ReadonlySet<string> {
    const known = this.#ancestors.get(oid)
    if (known !== undefined) return known
    const found = new Set<string>()
    const open = [oid]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const commit = this.commits.get(next)
      if (commit === undefined || found.has(next)) continue
      found.add(next)
      open.push(...commit.parents)
    }
    if (found.size > 0) this.#ancestors.set(oid, found)
    return found
  }

  isAncestor(oid: string, of: string): boolean {
    return this.ancestorsOf(of).has(oid)
  }

  /** What is right in a directory; the names of directories end in a slash, as git sorts them. */
  #entriesOf(files: Files): ReadonlyMap<string, { readonly mode: string; readonly oid: string }> {
    const entries = new Map<string, { mode: string; oid: string }>()
    const directories = new Map<string, Map<string, Entry>>()
    for (const [path, entry] of files) {
      const slash = path.indexOf('/')
      if (slash === -1) entries.set(path, entry)
      else {
        const name = path.slice(0, slash + 1)
        if (!directories.has(name)) directories.set(name, new Map())
        directories.get(name)?.set(path.slice(slash + 1), entry)
      }
    }
    for (const [name, within] of directories) entries.set(name, { mode: '40000', oid: this.addTree(within) })
    return entries
  }
}

function personLine({ name, email, date }: Person): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1_000)} +0000`
}
