/** Histories on a fake GitHub, and what was recorded in them. */
import { previousOf, type Found, type Past } from '../../actions/garnix-wait/previous.ts'
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import { storePath } from '../support/binarycache.ts'
import type { FakeGitHub } from '../support/github/server.ts'

export const [WEB, DB] = [storePath('nixos-system-web-26.05'), storePath('nixos-system-db-26.05')]
const REPOSITORY = { owner: 'acme', repo: 'infra' }

export class HistoryScene {
  /** By commit. */
  readonly notes = new Map<string, string>()
  readonly warnings: string[] = []
  readonly #github: FakeGitHub

  constructor(github: FakeGitHub) {
    this.#github = github
    github.verify()
    github.state.clear()
    github.exchanges.length = 0
    github.disturb = () => undefined
    github.state.seed({ 'flake.nix': '{}' })
  }

  get tip(): string {
    return this.#github.state.branch('main') ?? ''
  }

  /** On `main`; the oldest first. */
  push(count: number): readonly string[] {
    return Array.from({ length: count }, (_, at) => this.#github.state.push('main', { message: `${at}` }))
  }

  /** A branch becomes part of `main`, as a commit with two parents. */
  merge(branch: readonly string[]): void {
    const { state } = this.#github
    state.setBranch('main', state.commit({ parents: [this.tip, branch.at(-1) ?? ''] }))
  }

  branch(from: string, count: number): readonly string[] {
    const { state } = this.#github
    const commits: string[] = []
    for (let at = 0; at < count; at++)
      commits.push(state.commit({ parents: [commits.at(-1) ?? from], message: `after ${from} ${at}` }))
    state.setBranch('feature', commits.at(-1))
    return commits
  }

  /** Before `main`, if nothing else is said. */
  async previous(
    names: readonly string[],
    past: Partial<Past> = {},
  ): Promise<readonly (Found | undefined)[]> {
    const found = await previousOf(names, {
      asked: async (route, given) => {
        const parameters = { ...REPOSITORY, ...given }
        const { status, data } = await githubRequest('secret')(route, parameters, { timeoutMs: 30_000 })
        if (status >= 400) throw new ActionError(`GitHub refused (status ${status}).`)
        return data
      },
      notes: {
        textOf: async (sha) => this.notes.get(sha) ?? '',
        commits: async () => new Set(this.notes.keys()),
      },
      ...{ repository: REPOSITORY, sha: this.tip, pullRequest: undefined, isOnPullRequest: false },
      warn: (words) => this.warnings.push(words),
      ...past,
    })
    return names.map((name) => found.get(name))
  }

  /** What GitHub was asked for. */
  get asked(): readonly string[] {
    return this.#github.exchanges.map(({ path }) => path.replace(/\/repos\/acme\/infra\/|[?].*/g, ''))
  }
}
