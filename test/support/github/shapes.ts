/** Things as GitHub writes them, with every field its description demands. */
import { userIdOf } from './people.ts'
import type { CheckRunState, CommentState, StatusState } from './records.ts'

export interface Place {
  /** Of the API. */
  readonly url: string
  readonly owner: string
  readonly repo: string
}

const MOMENT = '2026-01-31T12:00:00Z'

export function user(login: string, { url }: Place) {
  const self = `${url}/users/${login}`
  return {
    login,
    id: userIdOf(login),
    node_id: `U_${userIdOf(login)}`,
    avatar_url: `${url}/avatar`,
    gravatar_id: '',
    url: self,
    html_url: self,
    followers_url: `${self}/followers`,
    following_url: `${self}/following{/other_user}`,
    gists_url: `${self}/gists{/gist_id}`,
    starred_url: `${self}/starred{/owner}{/repo}`,
    subscriptions_url: `${self}/subscriptions`,
    organizations_url: `${self}/orgs`,
    repos_url: `${self}/repos`,
    events_url: `${self}/events{/privacy}`,
    received_events_url: `${self}/received_events`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
  }
}

const REPOSITORY_URLS = [
  ...['archive', 'assignees', 'blobs', 'branches', 'collaborators', 'comments', 'commits', 'compare'],
  ...['contents', 'contributors', 'deployments', 'downloads', 'events', 'forks', 'git_commits', 'git_refs'],
  ...['git_tags', 'hooks', 'issue_comment', 'issue_events', 'issues', 'keys', 'labels', 'languages'],
  ...['merges', 'milestones', 'notifications', 'pulls', 'releases', 'stargazers', 'statuses'],
  ...['subscribers', 'subscription', 'tags', 'teams', 'trees'],
]

export function repository(place: Place) {
  const { url, owner, repo } = place
  const self = `${url}/repos/${owner}/${repo}`
  return {
    id: 1,
    node_id: 'R_1',
    name: repo,
    full_name: `${owner}/${repo}`,
    owner: user(owner, place),
    private: false,
    html_url: self,
    description: null,
    fork: false,
    url: self,
    ...Object.fromEntries(REPOSITORY_URLS.map((name) => [`${name}_url`, `${self}/${name}`])),
  }
}

function app(slug: string, place: Place) {
  return {
    id: 1 + slug.length,
    slug,
    node_id: `A_${slug}`,
    owner: user(place.owner, place),
    name: slug,
    description: null,
    external_url: 'https://example.org/',
    html_url: `https://example.org/apps/${slug}`,
    created_at: MOMENT,
    updated_at: MOMENT,
    permissions: { checks: 'write' },
    events: [],
  }
}

export function checkRun(run: CheckRunState, place: Place) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}/check-runs/${run.id}`
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    head_sha: run.sha,
    external_id: '',
    url: self,
    html_url: `https://github.example/${place.owner}/${place.repo}/runs/${run.id}`,
    details_url: run.detailsUrl ?? `https://github.example/${place.owner}/${place.repo}/runs/${run.id}`,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.name,
      summary: run.summary,
      text: run.text,
      annotations_count: 0,
      annotations_url: `${self}/annotations`,
    },
    name: run.name,
    check_suite: { id: run.suite },
    app: app(run.app, place),
    pull_requests: [],
  }
}

export function combinedStatus(sha: string, statuses: readonly StatusState[], total: number) {
  return (place: Place) => {
    const self = `${place.url}/repos/${place.owner}/${place.repo}/commits/${sha}`
    return {
      state: 'pending',
      statuses: statuses.map(({ id, context, state, description, targetUrl, at }) => ({
        url: `${self}/statuses/${id}`,
        avatar_url: `${place.url}/avatar`,
        id,
        node_id: `S_${id}`,
        state,
        description,
        target_url: targetUrl,
        context,
        created_at: at,
        updated_at: at,
      })),
      sha,
      total_count: total,
      repository: repository(place),
      commit_url: self,
      url: `${self}/status`,
    }
  }
}

export function comment({ id, issue, author, body, at }: CommentState, place: Place) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}/issues`
  return {
    id,
    node_id: `IC_${id}`,
    url: `${self}/comments/${id}`,
    html_url: `https://github.example/${place.owner}/${place.repo}/issues/${issue}#issuecomment-${id}`,
    issue_url: `${self}/${issue}`,
    user: user(author, place),
    body,
    created_at: at,
    updated_at: at,
    author_association: 'NONE',
    performed_via_github_app: null,
  }
}

export function authenticated(login: string, place: Place) {
  return {
    ...user(login, place),
    user_view_type: 'public',
    name: null,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: MOMENT,
    updated_at: MOMENT,
  }
}
