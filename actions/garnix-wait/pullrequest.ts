/** The pull request that a commit is the head of. */
import { ActionError } from '../shared/errors.ts'
import { numberIn, objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'

/** Resolves to what a successful answer of GitHub's about the repository holds. Rejects with an `ActionError`. */
export type Asked = (route: string, parameters: Readonly<Record<string, unknown>>) => Promise<unknown>

export interface PullRequest {
  readonly number: number
  /** The commit of the base branch that GitHub compares it with; `''` = GitHub does not say. */
  readonly baseSha: string
}

interface Head {
  readonly sha: string
  readonly repository: { readonly owner: string; readonly repo: string }
}

/** The open one of this repository; `undefined` = there is none. Two are an `ActionError`. */
export async function openPullRequest(asked: Asked, head: Head): Promise<PullRequest | undefined> {
  const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls'
  const all = objectsIn(await asked(route, { commit_sha: head.sha, per_page: 100 }))
  const open = all.filter((one) => isOpenFor(one, head)).flatMap(readPullRequest)
  if (open.length > 1)
    throw new ActionError(
      `${open.map(({ number }) => `#${number}`).join(' and ')} have the same head; 'pull-request' says which is meant.`,
    )
  return open[0]
}

export async function pullRequestOf(asked: Asked, number: number): Promise<PullRequest | undefined> {
  const answer = objectIn(
    await asked('GET /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: number }),
  )
  return readPullRequest(answer ?? {})[0]
}

function readPullRequest(fields: Json): readonly PullRequest[] {
  const number = numberIn(fields['number'])
  return number === undefined ? [] : [{ number, baseSha: textIn(objectIn(fields['base'])?.['sha']) }]
}

function isOpenFor(pullRequest: Json, { sha, repository }: Head): boolean {
  const base = textIn(objectIn(objectIn(pullRequest['base'])?.['repo'])?.['full_name'])
  return (
    pullRequest['state'] === 'open' &&
    objectIn(pullRequest['head'])?.['sha'] === sha &&
    base.toLowerCase() === `${repository.owner}/${repository.repo}`.toLowerCase()
  )
}
