import { Bookkeeping } from './bookkeeping.ts'
import { EMPTY_OID, type Commit, type Entry, type Files } from './git.ts'
import { personOf, webFlow } from './people.ts'
import { heedMove, mergePull } from './pulls.ts'
import type { ActivityState } from './records.ts'

interface Wanted {
  /** What changes against the first parent; `null` deletes. */
  readonly files?: Readonly<Record<string, string | Entry | null>>
  readonly parents?: readonly string[]
  readonly message?: string
  /** A login. */
  readonly author?: string
  readonly date?: string
  readonly isVerified?: boolean
}

export class RepositoryState extends Bookkeeping {
  branch(name: string): string | undefined {
    return this.refs.get(`refs/heads/${name}`)
  }

  /** The commit that a sha, a branch, a tag, or the whole name of a ref stands for. */
  resolve(revision: string): Commit | undefined {
    const names = ['', 'refs/', 'refs/tags/', 'refs/heads/'].map((start) => this.refs.get(start + revision))
    const oid = names.find((one) => one !== undefined) ?? revision
    return this.git.commits.get(revision === 'HEAD' ? (this.branch(this.settings.defaultBranch) ?? '') : oid)
  }

  /** Only makes it; `setBranch` puts it somewhere. */
  commit(wanted: Wanted = {}): string {
    const { parents = [], message = 'A change', author = 'alice', isVerified = false } = wanted
    const person = personOf(author, wanted.date ?? this.shared.tick())
    return this.git.addCommit({
      ...{ tree: this.#treeOf(wanted), parents, message, author: person },
      committer: isVerified ? webFlow(person.date) : person,
      isVerified,
    }).oid
  }

  /** A commit on top of a branch. */
  push(branch: string, wanted: Omit<Wanted, 'parents'> = {}): string {
    const tip = this.branch(branch)
    const oid = this.commit({ ...wanted, parents: tip === undefined ? [] : [tip] })
    this.setBranch(branch, oid, wanted.author)
    return oid
  }

  /** By somebody whom no rule stops. `undefined` deletes it. */
  setBranch(branch: string, oid: string | undefined, by = 'alice'): void {
    this.setRef(`refs/heads/${branch}`, oid, by)
  }

  setRef(ref: string, oid: string | undefined, by: string): void {
    const before = this.refs.get(ref)
    if (before === oid) return
    this.lag.refs.before(() => new Map(this.refs))
    if (oid === undefined) this.refs.delete(ref)
    else this.refs.set(ref, oid)
    this.addActivity({
      ...{ ref, actor: by, before: before ?? EMPTY_OID, after: oid ?? EMPTY_OID },
      activity_type: this.#activityOf(before, oid),
    })
    heedMove(this, ref, by)
  }

  /** As the button does it; auto-merge by whoever asked for it. */
  mergePull(number: number, by = 'alice'): void {
    mergePull(this, number, by)
  }

  filesAt(revision: string): Files {
    return this.git.filesOf(this.resolve(revision)?.oid ?? '')
  }

  /** What a file says on a branch, or at a commit. */
  textAt(revision: string, path: string): string | undefined {
    const oid = this.filesAt(revision).get(path)?.oid
    return oid === undefined ? undefined : this.git.blobs.get(oid)?.toString()
  }

  #treeOf({ parents: [first] = [], files = {} }: Wanted): string {
    const after = new Map(first === undefined ? [] : this.git.filesOf(first))
    for (const [path, content] of Object.entries(files)) {
      if (content === null) after.delete(path)
      else after.set(path, this.#entryOf(content))
    }
    return this.git.addTree(after)
  }

  #entryOf(content: string | Entry): Entry {
    return typeof content === 'string' ? { mode: '100644', oid: this.git.addBlob(content) } : content
  }

  #activityOf(before: string | undefined, after: string | undefined): ActivityState['activity_type'] {
    if (before === undefined) return 'branch_creation'
    if (after === undefined) return 'branch_deletion'
    return this.git.isAncestor(before, after) ? 'push' : 'force_push'
  }
}
