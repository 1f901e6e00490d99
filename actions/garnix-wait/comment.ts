/** Keeps one comment on the pull request. It is an extra: whatever goes wrong with it is said, and no more. */
import { ActionError, messageOf } from '../shared/errors.ts'
import { numberIn, objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'
import type { GitHubAnswer, Log } from '../shared/ports.ts'
import { refusalOf } from '../shared/refusal.ts'
import type { Comment } from './commentbody.ts'
import { openPullRequest } from './pullrequest.ts'

/** One request; rejects with an `ActionError` if no answer can be had. */
export type AskGitHub = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<GitHubAnswer>

export interface Commenting {
  readonly ask: AskGitHub
  readonly log: Log
  readonly repository: { readonly owner: string; readonly repo: string }
  readonly sha: string
  /** `undefined` = the open one whose head is `sha`. */
  readonly pullRequest: number | undefined
}

/** The token may not do it. */
class Refused extends ActionError {
  override readonly name = 'Refused'
}

/** Rejects only because of a bug, or where `ask` does with something else than an `ActionError`. */
export async function keepComment(comment: Comment, commenting: Commenting): Promise<void> {
  const { log } = commenting
  try {
    const pullRequest = commenting.pullRequest ?? (await foundPullRequest(commenting))
    if (pullRequest !== undefined) await keepOn(pullRequest, comment, commenting)
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    const words = `The pull request gets no comment: ${messageOf(error)}`
    if (error instanceof Refused) log.notice(words)
    else log.warning(words)
  }
}

async function keepOn(pullRequest: number, comment: Comment, commenting: Commenting): Promise<void> {
  const { log } = commenting
  const earlier = await ownComment(pullRequest, comment.marker, commenting)
  if (earlier === undefined) {
    if (!comment.isWorthMaking) return
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments'
    await asked(commenting, route, { issue_number: pullRequest, body: comment.body })
    log.info(`Commented on pull request #${pullRequest}.`)
  } else if (isSame(textIn(earlier['body']), comment.body)) {
    log.info(`The comment on pull request #${pullRequest} says this already.`)
  } else {
    const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}'
    await asked(commenting, route, { comment_id: earlier['id'], body: comment.body })
    log.info(`Updated the comment on pull request #${pullRequest}.`)
  }
}

/** What is sent may come back with other line ends. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((body) => body.replaceAll('\r\n', '\n').trim())
  return first === second
}

/** The first one that begins with the marker and is by the token's own user: anybody may write a marker. */
async function ownComment(
  pullRequest: number,
  marker: string,
  commenting: Commenting,
): Promise<Json | undefined> {
  const marked: Json[] = []
  for await (const one of commentsOn(pullRequest, commenting))
    if (textIn(one['body']).startsWith(marker) && numberIn(one['id']) !== undefined) marked.push(one)
  if (marked.length === 0) return undefined
  const login = await ownLogin(commenting)
  return marked.find((one) => textIn(objectIn(one['user'])?.['login']) === login)
}

const PER_PAGE = 100
/** GitHub ends a conversation at 2,500 comments. */
const MAX_PAGES = 25

async function* commentsOn(pullRequest: number, commenting: Commenting): AsyncIterable<Json> {
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'
  for (let page = 1; page <= MAX_PAGES; page++) {
    const parameters = { issue_number: pullRequest, per_page: PER_PAGE, page }
    const comments = objectsIn(await asked(commenting, route, parameters))
    yield* comments
    if (comments.length < PER_PAGE) return
  }
}

/**
 * The REST API says it to people's tokens alone, GraphQL also to those of workflows and apps:
 * https://github.com/marocchino/sticky-pull-request-comment/pull/332
 */
async function ownLogin(commenting: Commenting): Promise<string> {
  const answer = objectIn(await asked(commenting, 'POST /graphql', { query: 'query { viewer { login } }' }))
  const login = textIn(objectIn(objectIn(answer?.['data'])?.['viewer'])?.['login'])
  if (login === '') throw new ActionError('GitHub does not say whose token this is.')
  return login
}

async function foundPullRequest(commenting: Commenting): Promise<number | undefined> {
  const { log, sha } = commenting
  const found = await openPullRequest((...given) => asked(commenting, ...given), commenting)
  if (found === undefined)
    log.info(`No open pull request has ${sha} as its head: there is none to comment on.`)
  return found?.number
}

/** What a successful answer holds. */
async function asked(
  { ask, repository }: Commenting,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const answer = await ask(route, route === 'POST /graphql' ? parameters : { ...repository, ...parameters })
  const refusal = refusalOf(answer, { what: 'its comments', permission: 'pull-requests: write' })
  if (refusal === undefined) return answer.data
  if (![401, 403, 404].includes(answer.status)) throw refusal
  throw new Refused([refusal.message, refusal.hint].join(' '))
}
