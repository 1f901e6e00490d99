/** Commits that GitHub signs itself, without any credentials of git. */
import { ActionError, messageOf } from '../shared/errors.ts'
import { objectIn, type Json } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import { whyForeign } from './branches.ts'
import { graphql } from './graphqlanswer.ts'
import { isUnanswered, isUnknownYet, orFound, patiently, problemOf, untilThere } from './lost.ts'
import { carryOut } from './pullwords.ts'
import type { Desired, PublishWorld } from './publishing.ts'
import { branchesFrom, commitIn, createBranch, deleteBranch, headOf } from './refs.ts'

export type CommitWanted = Pick<
  Desired,
  'branch' | 'repository' | 'token' | 'files' | 'message' | 'lockPaths'
>

/** On no branch that is meant to stay. What it takes until one is at it is gone when it is disposed. */
export interface MadeCommit extends AsyncDisposable {
  readonly sha: string
  readonly isVerified: boolean
}

const PERMISSION = 'contents: write'

/**
 * One commit on the base. GitHub signs what Apps make through REST, with neither author nor committer given; of
 * people's commits it signs only those of `createCommitOnBranch`, which needs a branch to add them to.
 * https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification
 */
export async function commitFor(wanted: CommitWanted, world: PublishWorld): Promise<MadeCommit> {
  return wanted.token.kind === 'personal' ? onScratch(wanted, world) : byData(wanted, world)
}

async function byData(wanted: CommitWanted, world: PublishWorld): Promise<MadeCommit> {
  const { sha: base } = wanted.repository.base
  const tree = await treeFor(wanted, world)
  const parameters = { message: wanted.message.trimEnd(), tree, parents: [base] }
  const commit = await harmless('POST /repos/{owner}/{repo}/git/commits', parameters, world)
  return {
    sha: commitIn(commit?.['sha'], 'the new commit'),
    isVerified: isSigned(commit),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function treeFor({ repository, files }: CommitWanted, world: PublishWorld): Promise<string> {
  const { sha } = repository.base
  const base = objectIn(await shownCommit(sha, world.ask))
  const tree = files.map(({ path, content }) => ({ path, mode: '100644', type: 'blob', content }))
  const parameters = { base_tree: commitIn(objectIn(base?.['tree'])?.['sha'], `commit ${sha}`), tree }
  const made = await harmless('POST /repos/{owner}/{repo}/git/trees', parameters, world)
  return commitIn(made?.['sha'], 'the new tree')
}

/** Nobody ever sees what is made twice here, so it is made again where no answer came. */
async function harmless(route: string, parameters: object, world: PublishWorld) {
  const deed = { doing: 'make the commit', permission: PERMISSION, parameters: { ...parameters } }
  return objectIn(await patiently(() => carryOut(world.ask, route, deed), isUnanswered, world))
}

/** Its branch begins on the base, and is deleted once the real one is at the commit, or nothing came of it. */
async function onScratch(wanted: CommitWanted, world: PublishWorld): Promise<MadeCommit> {
  const scratch = `${wanted.branch}-scratch-${world.random.hex(8)}`
  await removeLeftovers(wanted, world)
  await createScratch(scratch, wanted, world)
  const drop = () => dropScratch(scratch, world)
  try {
    return { ...(await added(scratch, wanted, world)), [Symbol.asyncDispose]: drop }
  } catch (error) {
    await drop()
    throw error
  }
}

async function createScratch(scratch: string, { repository }: CommitWanted, world: PublishWorld) {
  try {
    if (await createBranch(scratch, repository.base.sha, world)) return
  } catch (error) {
    // The answer will not be heard any more.
    if (world.cancel.aborted) await dropScratch(scratch, world)
    throw error
  }
  throw new ActionError(`There is a branch '${scratch}' already, a name that was drawn by lot.`)
}

const MUTATION = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid } } }
}`

type Made = Pick<MadeCommit, 'sha' | 'isVerified'>

function added(scratch: string, wanted: CommitWanted, world: PublishWorld): Promise<Made> {
  const make = () =>
    orFound(
      () => mutated(scratch, wanted, world),
      () => untilThere(() => foundOn(scratch, wanted, world), world),
    )
  return patiently(make, isUnknownYet, world)
}

async function mutated(scratch: string, wanted: CommitWanted, { ask }: PublishWorld): Promise<Made> {
  const variables = { input: inputFor(scratch, wanted) }
  const answer = await graphql(ask, {
    doing: 'make the commit',
    permission: PERMISSION,
    query: MUTATION,
    variables,
  })
  const commit = objectIn(objectIn(answer['createCommitOnBranch'])?.['commit'])
  return {
    sha: commitIn(commit?.['oid'], 'the new commit'),
    isVerified: objectIn(commit?.['signature'])?.['isValid'] === true,
  }
}

/** Nobody else knows this branch: whatever it is at, other than its beginning, is the commit. */
async function foundOn(
  scratch: string,
  { repository }: CommitWanted,
  { ask }: PublishWorld,
): Promise<Made | undefined> {
  const sha = await headOf(scratch, ask)
  if (sha === undefined || sha === repository.base.sha) return undefined
  const commit = objectIn(await shownCommit(sha, ask))
  return { sha, isVerified: isSigned(commit) }
}

function inputFor(scratch: string, { repository, files, message }: CommitWanted) {
  const headline = message.replace(/\n.*/s, '')
  return {
    branch: { repositoryNameWithOwner: repository.fullName, branchName: scratch },
    expectedHeadOid: repository.base.sha,
    message: { headline, body: message.slice(headline.length).trim() },
    fileChanges: {
      additions: files.map(({ path, content }) => ({
        path,
        contents: Buffer.from(content).toString('base64'),
      })),
    },
  }
}

function shownCommit(sha: string, ask: Ask): Promise<unknown> {
  return carryOut(ask, 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    doing: `show commit ${sha}`,
    permission: 'contents: read',
    parameters: { commit_sha: sha },
  })
}

function isSigned(commit: Json | undefined): boolean {
  return objectIn(commit?.['verification'])?.['verified'] === true
}

/** Of runs that were killed. What has anything of somebody else in it is none, whatever its name. */
async function removeLeftovers(
  { branch, repository, lockPaths }: CommitWanted,
  world: PublishWorld,
): Promise<void> {
  const beginning = `${branch}-scratch-`
  const names = (await branchesFrom(beginning, world.ask)).filter((name) =>
    /^[0-9a-f]{16}$/.test(name.slice(beginning.length)),
  )
  for (const name of names) {
    const compared = { base: repository.base.name, headSha: name, lockPaths }
    if ((await whyForeign(compared, world.ask)) === undefined) await dropScratch(name, world)
  }
}

async function dropScratch(scratch: string, { askAtLast, log }: PublishWorld): Promise<void> {
  const problem = await problemOf(() => deleteBranch(scratch, askAtLast))
  if (problem !== undefined)
    log.warning(
      `Branch '${scratch}' is left over; the next run tries to delete it again. ${messageOf(problem)}`,
    )
}
