/** What GraphQL shows of a repository. */
import type { Commit, Person } from './git.ts'
import { GraphQLRefusal, type GraphQLWorld } from './graphqlworld.ts'
import { mergeStateOf } from './mergestate.ts'
import { loginOf, userIdOf } from './people.ts'
import { nodeIdOf } from './pulls.ts'
import type { PullRequestState } from './records.ts'
import type { RepositoryState } from './repository.ts'
import { sees } from './tokens.ts'

export function viewerField({ token: { login } }: GraphQLWorld) {
  return { login, databaseId: userIdOf(login), id: `U_${userIdOf(login)}` }
}

/** Under an old name as well. */
export function findRepository({ state, token }: GraphQLWorld, name: string): RepositoryState {
  const repository = state.find(name)?.repository
  if (repository === undefined || !sees(token, repository, repository === state))
    throw new GraphQLRefusal('NOT_FOUND', `Could not resolve to a Repository with the name '${name}'.`)
  return repository
}

export function repositoryField(world: GraphQLWorld, repository: RepositoryState) {
  const { id, name: nameWithOwner, settings } = repository
  const [owner = '', name = ''] = nameWithOwner.split('/')
  const main = `refs/heads/${settings.defaultBranch}`
  return {
    ...{ id: `R_${id}`, databaseId: id, name, nameWithOwner, url: `${world.url}/${nameWithOwner}` },
    owner: { __typename: 'Organization', login: owner, id: `O_${owner}` },
    ...{ isArchived: settings.isArchived, isPrivate: settings.isPrivate, isFork: false, isDisabled: false },
    visibility: settings.isPrivate ? 'PRIVATE' : 'PUBLIC',
    archivedAt: settings.isArchived ? repository.now() : null,
    autoMergeAllowed: settings.mayAutoMerge,
    mergeCommitAllowed: settings.mayMerge.MERGE,
    squashMergeAllowed: settings.mayMerge.SQUASH,
    rebaseMergeAllowed: settings.mayMerge.REBASE,
    defaultBranchRef: () => refField(world, repository, main),
    ref: ({ qualifiedName: ref }: { readonly qualifiedName: string }) =>
      refField(world, repository, ref.startsWith('refs/') ? ref : `refs/heads/${ref}`),
    object: (asked: { readonly expression?: string; readonly oid?: string }) =>
      objectField(world, repository, asked.expression ?? asked.oid ?? ''),
    pullRequest: ({ number }: { readonly number: number }) => {
      const pull = repository.pulls.find((one) => one.number === number)
      if (pull !== undefined) return pullField(world, repository, pull)
      throw new GraphQLRefusal(
        'NOT_FOUND',
        `Could not resolve to a PullRequest with the number of ${number}.`,
      )
    },
  }
}

export function refField(world: GraphQLWorld, repository: RepositoryState, ref: string) {
  const commit = repository.git.commits.get(repository.lag.refs.seen(repository.refs).get(ref) ?? '')
  if (commit === undefined) return null
  const [, prefix = '', name = ''] = /^(refs\/\w+\/)(.+)$/.exec(ref) ?? []
  return { id: `REF_${repository.id}_${ref}`, name, prefix, target: commitField(world, repository, commit) }
}

/** `main`, `main:flake.lock` or an oid. */
function objectField(world: GraphQLWorld, repository: RepositoryState, expression: string) {
  const [revision = '', path] = expression.split(':')
  const commit = repository.resolve(revision)
  if (commit === undefined) return null
  if (path === undefined) return commitField(world, repository, commit)
  const oid = repository.filesAt(commit.oid).get(path)?.oid ?? ''
  const blob = repository.git.blobs.get(oid)
  if (blob === undefined) return null
  const rest = { byteSize: blob.length, isBinary: false, isTruncated: false }
  return { __typename: 'Blob', id: `B_${oid}`, oid, text: blob.toString(), ...rest }
}

export function commitField({ url }: GraphQLWorld, { name }: RepositoryState, commit: Commit) {
  const { oid, message, author, committer } = commit
  return {
    ...{ __typename: 'Commit', id: `C_${oid}`, oid, abbreviatedOid: oid.slice(0, 7), message },
    messageHeadline: message.replace(/\n.*/s, ''),
    messageBody: message.replace(/^[^\n]*\n*/, ''),
    ...{ url: `${url}/${name}/commit/${oid}`, authoredDate: author.date, committedDate: committer.date },
    ...{ author: actorField(author), committer: actorField(committer) },
    tree: { id: `T_${commit.tree}`, oid: commit.tree },
    signature: commit.isVerified ? { __typename: 'GpgSignature', isValid: true, state: 'VALID' } : null,
  }
}

function actorField(person: Person) {
  const login = loginOf(person)
  return { ...person, user: login === undefined ? null : { login, id: `U_${userIdOf(login)}` } }
}

export function pullField({ url }: GraphQLWorld, repository: RepositoryState, pull: PullRequestState) {
  const { number, title, isDraft, isMerged, state, autoMerge } = pull
  return {
    ...{ id: nodeIdOf(repository, pull), fullDatabaseId: number, number, title, isDraft, merged: isMerged },
    url: `${url}/${repository.name}/pull/${number}`,
    state: isMerged ? 'MERGED' : state.toUpperCase(),
    ...{
      closed: state === 'closed',
      headRefName: pull.head,
      headRefOid: pull.headSha,
      baseRefName: pull.base,
    },
    mergeStateStatus: mergeStateOf(repository, pull).toUpperCase(),
    author: { __typename: pull.author.endsWith('[bot]') ? 'Bot' : 'User', login: pull.author },
    autoMergeRequest:
      autoMerge === undefined
        ? null
        : { mergeMethod: autoMerge.method, commitHeadline: autoMerge.headline, commitBody: autoMerge.body },
  }
}
