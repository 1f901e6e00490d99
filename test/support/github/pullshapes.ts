/** Pull requests as GitHub writes them. */
import { changesOf, compare } from './compare.ts'
import { EMPTY_OID } from './git.ts'
import { nodeIdOf } from './pulls.ts'
import type { PullRequestState } from './records.ts'
import type { RepositoryState } from './repository.ts'
import { repositoryOf } from './repositoryshapes.ts'
import { mergeStateOf } from './mergestate.ts'
import { user, type Place } from './shapes.ts'

interface Context {
  readonly state: RepositoryState
  readonly place: Place
}

export function label(name: string, { url, owner, repo }: Place) {
  const rest = { description: '', color: 'ededed', default: false }
  return { id: 1, node_id: `LA_${name}`, url: `${url}/repos/${owner}/${repo}/labels/x`, name, ...rest }
}

function team(slug: string, { url, owner }: Place) {
  const self = `${url}/orgs/${owner}/teams/${slug}`
  return {
    ...{ id: 1, node_id: `T_${slug}`, name: slug, slug, description: null, permission: 'pull' },
    ...{ url: self, html_url: self, members_url: `${self}/members{/member}`, repositories_url: self },
    ...{ parent: null, type: 'organization', organization_id: 1 },
  }
}

const usersOf = (logins: Iterable<string>, place: Place) => [...logins].map((login) => user(login, place))

/** What a pull request and its issue have in common. */
function common(pull: PullRequestState, place: Place) {
  const assignees = usersOf(pull.assignees, place)
  return {
    ...{ number: pull.number, state: pull.state, title: pull.title, body: pull.body, draft: pull.isDraft },
    ...{ user: user(pull.author, place), author_association: 'OWNER', locked: false, milestone: null },
    labels: [...pull.labels].map((name) => label(name, place)),
    ...{ assignee: assignees[0] ?? null, assignees },
    ...{ created_at: pull.createdAt, updated_at: pull.updatedAt, closed_at: pull.closedAt },
  }
}

export function pullRequest(pull: PullRequestState, { state, place }: Context) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}/pulls/${pull.number}`
  const urls = ['diff', 'patch', 'issue', 'commits', 'review_comments', 'comments', 'statuses']
  const side = (owner: string, ref: string, sha: string) => ({
    label: `${owner}:${ref}`,
    ...{ ref, sha, repo: repositoryOf(state, { ...place, owner }), user: user(owner, place) },
  })
  const links = [
    'comments',
    'commits',
    'statuses',
    'html',
    'issue',
    'review_comments',
    'review_comment',
    'self',
  ]
  return {
    ...common(pull, place),
    url: self,
    html_url: `${place.url}/${place.owner}/${place.repo}/pull/${pull.number}`,
    ...{ id: pull.number, node_id: nodeIdOf(state, pull) },
    ...Object.fromEntries(urls.map((name) => [`${name}_url`, `${self}/${name}`])),
    review_comment_url: `${self}/comments{/number}`,
    merged_at: pull.isMerged ? pull.closedAt : null,
    merge_commit_sha: null,
    requested_reviewers: usersOf(pull.reviewers, place),
    requested_teams: [...pull.teamReviewers].map((slug) => team(slug, place)),
    head: side(pull.headOwner ?? place.owner, pull.head, pull.headSha),
    base: side(place.owner, pull.base, state.branch(pull.base) ?? EMPTY_OID),
    _links: Object.fromEntries(links.map((name) => [name, { href: self }])),
    auto_merge: autoMerge(pull, place),
  }
}

function autoMerge({ autoMerge: asked }: PullRequestState, place: Place) {
  if (asked === undefined) return null
  const { by, method, headline, body } = asked
  return {
    enabled_by: user(by, place),
    merge_method: method.toLowerCase(),
    ...{ commit_title: headline ?? '', commit_message: body ?? '' },
  }
}

/** A pull request asked for by its number has more to it than one of a list. */
export function wholePullRequest(pull: PullRequestState, context: Context) {
  const { state, place } = context
  const [base, head] = [state.resolve(pull.base), state.git.commits.get(pull.headSha)]
  const change = base === undefined || head === undefined ? undefined : compare(state.git, base, head)
  const files =
    change === undefined
      ? []
      : changesOf(state.git, state.git.filesOf(change.mergeBase.oid), state.git.filesOf(change.head.oid))
  return {
    ...pullRequest(pull, context),
    merged: pull.isMerged,
    ...{ mergeable: true, rebaseable: true, mergeable_state: mergeStateOf(state, pull) },
    merged_by: pull.isMerged ? user(pull.closedBy ?? '', place) : null,
    comments: state.comments.filter(({ issue }) => issue === pull.number).length,
    ...{ review_comments: 0, maintainer_can_modify: false },
    commits: change?.ahead.length ?? 1,
    ...{ additions: 0, deletions: 0, changed_files: files.length },
  }
}

export function issue(pull: PullRequestState, { state, place }: Context) {
  const repository = `${place.url}/repos/${place.owner}/${place.repo}`
  const self = `${repository}/issues/${pull.number}`
  const page = `${place.url}/${place.owner}/${place.repo}/pull/${pull.number}`
  const whole = pullRequest(pull, { state, place })
  return {
    ...common(pull, place),
    ...{ id: pull.number, node_id: nodeIdOf(state, pull), url: self, repository_url: repository },
    ...{
      labels_url: `${self}/labels{/name}`,
      comments_url: `${self}/comments`,
      events_url: `${self}/events`,
    },
    ...{ html_url: page, active_lock_reason: null, state_reason: null },
    comments: state.comments.filter((one) => one.issue === pull.number).length,
    closed_by: pull.closedBy === undefined ? null : user(pull.closedBy, place),
    pull_request: {
      ...{ url: whole.url, html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch` },
      merged_at: whole.merged_at,
    },
  }
}
