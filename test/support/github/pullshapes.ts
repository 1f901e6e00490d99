import { repository, user, type Place } from './shapes.ts'
import type { PullRequestState } from './state.ts'

const MOMENT = '2026-01-31T12:00:00Z'

/** Pull requests show more of a repository than commits do. */
function wholeRepository(place: Place) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}`
  const urls = ['clone', 'git', 'ssh', 'svn', 'mirror'].map((name) => [`${name}_url`, self] as const)
  const counts = ['forks', 'open_issues', 'stargazers', 'watchers'].map((name) => `${name}_count`)
  const features = ['downloads', 'issues', 'pages', 'projects', 'wiki'].map((name) => `has_${name}`)
  return {
    ...repository(place),
    ...Object.fromEntries(urls),
    ...Object.fromEntries(counts.map((name) => [name, 0])),
    ...Object.fromEntries(features.map((name) => [name, true])),
    ...{ forks: 0, open_issues: 0, watchers: 0, size: 0 },
    ...{ default_branch: 'main', homepage: null, language: null, license: null },
    ...{ archived: false, disabled: false },
    ...{ created_at: MOMENT, pushed_at: MOMENT, updated_at: MOMENT },
  }
}

export function pullRequest(pull: PullRequestState, place: Place) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}/pulls/${pull.number}`
  const urls = ['html', 'diff', 'patch', 'issue', 'commits', 'review_comments', 'comments', 'statuses']
  const side = (label: string, sha: string) => ({
    label: `${place.owner}:${label}`,
    ref: label,
    sha,
    repo: wholeRepository(place),
    user: user(place.owner, place),
  })
  const link = { href: self }
  return {
    url: self,
    id: pull.number,
    node_id: `PR_${pull.number}`,
    ...Object.fromEntries(urls.map((name) => [`${name}_url`, `${self}/${name}`])),
    review_comment_url: `${self}/comments{/number}`,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: user(pull.author, place),
    body: null,
    labels: [],
    milestone: null,
    created_at: MOMENT,
    updated_at: MOMENT,
    closed_at: pull.state === 'closed' ? MOMENT : null,
    merged_at: null,
    merge_commit_sha: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: side(pull.head, pull.headSha),
    base: side('main', '0'.repeat(40)),
    _links: Object.fromEntries(
      ['comments', 'commits', 'statuses', 'html', 'issue', 'review_comments', 'review_comment', 'self'].map(
        (name) => [name, link],
      ),
    ),
    author_association: 'OWNER',
    auto_merge: null,
    draft: false,
  }
}

/** A pull request asked for by its number has more to it than one of a list. */
export function wholePullRequest(pull: PullRequestState, place: Place) {
  return {
    ...pullRequest(pull, place),
    merged: false,
    mergeable: true,
    rebaseable: true,
    mergeable_state: 'clean',
    merged_by: null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: 1,
    additions: 0,
    deletions: 0,
    changed_files: 0,
  }
}
