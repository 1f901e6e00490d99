/** What a fake GitHub holds. Tests write into it what other parties of the real one would. */
import { RepositoryContents } from './contents.ts'
import type { Shared } from './bookkeeping.ts'
import { RepositoryState } from './repository.ts'

export type { CheckRunState } from './records.ts'

const EPOCH_MS = Date.UTC(2026, 0, 31, 12)
const NAME = 'acme/infra'

/** The repository that is worked on; while it has no branches it answers to every name. */
export class GitHubState extends RepositoryState {
  /** Those that are not worked on; by their names in small letters. */
  readonly others = new Map<string, RepositoryState>()
  /** Old names of repositories. */
  readonly #moved = new Map<string, string>()

  constructor(nowMs: () => number = () => 0) {
    super(NAME, sharedOf(nowMs))
  }

  /** As if it were new. */
  clear(): void {
    Object.assign(this, new RepositoryContents())
    this.others.clear()
    this.#moved.clear()
    this.name = NAME
  }

  /** Its first commit on the default branch. */
  seed(files: Readonly<Record<string, string>>, name = this.name): string {
    this.name = name
    return this.push(this.settings.defaultBranch, { files, message: 'The beginning' })
  }

  /** Another repository, for example that of an input; made when first asked for. */
  repository(name: string): RepositoryState {
    const known = this.others.get(name.toLowerCase())
    if (known !== undefined) return known
    const made = new RepositoryState(name, this.shared)
    this.others.set(name.toLowerCase(), made)
    return made
  }

  /** Who asks for the old name is sent to the new one. */
  rename(from: string, to: string): void {
    const repository = this.repository(from)
    this.others.delete(from.toLowerCase())
    repository.name = to
    this.others.set(to.toLowerCase(), repository)
    this.#moved.set(from.toLowerCase(), to)
  }

  /** The repository of that name, and whether it has another one by now. */
  find(name: string): { readonly repository: RepositoryState; readonly isMoved: boolean } | undefined {
    const isMine = this.refs.size === 0 || name.toLowerCase() === this.name.toLowerCase()
    const moved = this.#moved.get(name.toLowerCase())
    const repository = this.others.get((moved ?? name).toLowerCase()) ?? (isMine ? this : undefined)
    return repository === undefined ? undefined : { repository, isMoved: moved !== undefined }
  }

  withId(id: number): RepositoryState | undefined {
    return [this, ...this.others.values()].find((one) => one.id === id)
  }
}

function sharedOf(nowMs: () => number): Shared {
  let [id, ticks] = [1_000, 0]
  const textOf = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
  return {
    nextId: () => ++id,
    now: () => textOf(EPOCH_MS + nowMs()),
    tick: () => textOf(EPOCH_MS + nowMs() + 1_000 * ++ticks),
  }
}
