import type { RepositoryState } from './repository.ts'
import type { GitHubState } from './state.ts'
import { may, notAllowed, type Token } from './tokens.ts'

/** Whom a question reaches, and from whom. */
export interface GraphQLWorld {
  readonly url: string
  readonly state: GitHubState
  readonly token: Token
}

/** An answer as good as any: the question fits the schema. */
export class GraphQLRefusal extends Error {
  override readonly name = 'GraphQLRefusal'
  readonly type: string

  constructor(type: 'FORBIDDEN' | 'NOT_FOUND' | 'STALE_DATA' | 'UNPROCESSABLE', message: string) {
    super(message)
    this.type = type
  }
}

interface Demand {
  readonly what: string
  readonly repository: RepositoryState
  readonly permissions: readonly string[]
}

/** All of them, for `CreateCommitOnBranch` or the like. */
export function demand({ state, token }: GraphQLWorld, { what, repository, permissions }: Demand): void {
  const isHome = repository === state || token.repositories?.includes(repository.name) === true
  if (isHome && permissions.every((permission) => may(token, permission))) return
  const unscoped = `${token.login} does not have the correct permissions to execute \`${what}\``
  throw new GraphQLRefusal('FORBIDDEN', token.scopes === undefined ? notAllowed(token) : unscoped)
}

export function unprocessable(message: string): GraphQLRefusal {
  return new GraphQLRefusal('UNPROCESSABLE', message)
}
