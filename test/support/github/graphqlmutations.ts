/** What GraphQL changes. */
import type { Commit, Files } from './git.ts'
import { commitField, findRepository, pullField, refField } from './graphqlfields.ts'
import { GraphQLRefusal, demand, unprocessable, type GraphQLWorld } from './graphqlworld.ts'
import { mergeStateOf } from './mergestate.ts'
import { personOf, webFlow } from './people.ts'
import { changePulls, nodeIdOf } from './pulls.ts'
import type { MergeMethod, PullRequestState } from './records.ts'
import { moveProblem } from './refs.ts'
import type { RepositoryState } from './repository.ts'
import { rulesFor } from './rules.ts'

type Mutation = (world: GraphQLWorld, input: unknown) => unknown

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  createCommitOnBranch: (world, input) => commitOnBranch(world, input as CommitInput),
  enablePullRequestAutoMerge: (world, input) => enableAutoMerge(world, input as AutoMergeInput),
}

interface CommitInput {
  readonly branch: {
    readonly id?: string
    readonly repositoryNameWithOwner?: string
    readonly branchName?: string
  }
  readonly expectedHeadOid: string
  readonly message: { readonly headline: string; readonly body?: string }
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[]
    readonly deletions?: readonly { readonly path: string }[]
  }
}

/** Appends only, every file becomes an ordinary one, and GitHub signs it for everybody. */
function commitOnBranch(world: GraphQLWorld, input: CommitInput) {
  const { branch, expectedHeadOid } = input
  const repository = findRepository(world, branch.repositoryNameWithOwner ?? world.state.name)
  demand(world, { what: 'CreateCommitOnBranch', repository, permissions: ['contents: write'] })
  if (repository.settings.isArchived)
    throw new GraphQLRefusal('FORBIDDEN', 'Repository was archived so is read-only.')
  const ref = refIn(branch)
  const tip = refField(world, repository, ref)?.target.oid
  if (tip === undefined) throw new GraphQLRefusal('NOT_FOUND', `No such branch: ${ref}`)
  const stale = `Expected branch to point to "${expectedHeadOid}" but it did not.  Pull and try again.`
  if (tip !== expectedHeadOid) throw new GraphQLRefusal('STALE_DATA', stale)
  const commit = commitOf(world, repository, input)
  const problem = moveProblem(repository, { ref, sha: commit.oid, mode: 'forward' }, world.token)
  if (problem !== undefined) throw unprocessable((problem.data as { message: string }).message)
  repository.setRef(ref, commit.oid, world.token.login)
  repository.lag.commits.add(commit.oid)
  return { commit: commitField(world, repository, commit), ref: () => refField(world, repository, ref) }
}

/** By its id, too. */
function refIn({ id, branchName = '' }: CommitInput['branch']): string {
  return id?.replace(/^REF_[^/]*_(?=refs\/)/, '') ?? `refs/heads/${branchName.replace('refs/heads/', '')}`
}

function commitOf({ token }: GraphQLWorld, repository: RepositoryState, input: CommitInput): Commit {
  const { headline, body = '' } = input.message
  const date = repository.tick()
  return repository.git.addCommit({
    ...{ tree: repository.git.addTree(filesAfter(repository, input)), isVerified: true },
    ...{ parents: [input.expectedHeadOid], message: body === '' ? headline : `${headline}\n\n${body}` },
    ...{ author: personOf(token.login, date), committer: webFlow(date) },
  })
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const ABSENT = 'A path was requested for deletion which does not exist as of commit oid'

function filesAfter(
  { git }: RepositoryState,
  { expectedHeadOid: oid, fileChanges = {} }: CommitInput,
): Files {
  const { additions = [], deletions = [] } = fileChanges
  const files = new Map(git.filesOf(oid))
  for (const { path } of deletions)
    if (!files.delete(path)) throw unprocessable(`${ABSENT} \`${oid}\`: ${path}`)
  for (const { path, contents } of additions) {
    if (!BASE64.test(contents)) throw unprocessable(`The contents of ${path} are no Base64.`)
    files.set(path, { mode: '100644', oid: git.addBlob(Buffer.from(contents, 'base64')) })
  }
  return files
}

interface AutoMergeInput {
  readonly pullRequestId: string
  readonly mergeMethod?: MergeMethod
  readonly commitHeadline?: string
  readonly commitBody?: string
  readonly expectedHeadOid?: string
}

function enableAutoMerge(world: GraphQLWorld, input: AutoMergeInput) {
  const {
    pullRequestId: id,
    mergeMethod: method = 'MERGE',
    commitHeadline: headline,
    commitBody: body,
  } = input
  const { repository, pull } = pullWith(world, id)
  const permissions = ['contents: write', 'pull-requests: write']
  demand(world, { what: 'EnablePullRequestAutoMerge', repository, permissions })
  const problem = autoMergeProblem(repository, pull, { ...input, mergeMethod: method })
  if (problem !== undefined) throw unprocessable(problem)
  changePulls(repository)
  pull.autoMerge = { by: world.token.login, method, headline, body }
  return { pullRequest: () => pullField(world, repository, pull) }
}

function pullWith({ state }: GraphQLWorld, id: string) {
  const all = [state, ...state.others.values()].flatMap((repository) =>
    repository.pulls.map((pull) => ({ repository, pull })),
  )
  const found = all.find(({ repository, pull }) => nodeIdOf(repository, pull) === id)
  if (found !== undefined && !found.repository.lag.nodes.has(id)) return found
  throw new GraphQLRefusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'.`)
}

const MERGES = { MERGE: 'Merge commits', SQUASH: 'Squash merges', REBASE: 'Rebase merges' }

function autoMergeProblem(
  state: RepositoryState,
  pull: PullRequestState,
  {
    mergeMethod: method,
    expectedHeadOid = pull.headSha,
  }: AutoMergeInput & { readonly mergeMethod: MergeMethod },
): string | undefined {
  const { mayAutoMerge, mayMerge } = state.settings
  const status = mergeStateOf(state, pull)
  const cases: readonly (readonly [boolean, string])[] = [
    [!mayAutoMerge, 'Pull request Auto merge is not allowed for this repository'],
    [!mayMerge[method], `Pull request ${MERGES[method]} are not allowed on this repository.`],
    [pull.state === 'closed' || pull.isDraft, "Pull request Can't enable auto-merge for this pull request."],
    [pull.headSha !== expectedHeadOid, 'Head branch was modified. Review and try the merge again.'],
    [
      rulesFor(state, pull.base).length === 0,
      'Pull request Protected branch rules not configured for this branch',
    ],
    [status === 'clean' || status === 'unstable', `Pull request Pull request is in ${status} status`],
  ]
  return cases.find(([isCase]) => isCase)?.[1]
}
