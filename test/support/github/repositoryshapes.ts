/** Repositories as GitHub writes them. */
import type { ActivityState, RuleState } from './records.ts'
import type { RepositoryState } from './repository.ts'
import { repository, user, type Place } from './shapes.ts'

const MOMENT = '2026-01-31T12:00:00Z'

/** Pull requests show more of a repository than commits do. */
export function repositoryOf({ id, settings }: RepositoryState, place: Place) {
  const self = `${place.url}/repos/${place.owner}/${place.repo}`
  const urls = ['clone', 'git', 'ssh', 'svn', 'mirror'].map((name) => [`${name}_url`, self] as const)
  const counts = ['forks', 'open_issues', 'stargazers', 'watchers'].map((name) => `${name}_count`)
  const features = ['downloads', 'issues', 'pages', 'projects', 'wiki', 'discussions'].map(
    (name) => `has_${name}`,
  )
  return {
    ...repository(place),
    id,
    ...Object.fromEntries(urls),
    ...Object.fromEntries(counts.map((name) => [name, 0])),
    ...Object.fromEntries(features.map((name) => [name, true])),
    ...{ forks: 0, open_issues: 0, watchers: 0, size: 0 },
    ...{ default_branch: settings.defaultBranch, homepage: null, language: null, license: null },
    ...{ archived: settings.isArchived, disabled: false, private: settings.isPrivate },
    visibility: settings.isPrivate ? 'private' : 'public',
    ...{ created_at: MOMENT, pushed_at: MOMENT, updated_at: MOMENT },
  }
}

/** Asked for by its name it shows what may be done with it. */
export function wholeRepository(state: RepositoryState, place: Place) {
  const { mayMerge, mayAutoMerge } = state.settings
  return {
    ...repositoryOf(state, place),
    ...{ network_count: 0, subscribers_count: 0 },
    ...{ allow_merge_commit: mayMerge.MERGE, allow_squash_merge: mayMerge.SQUASH },
    ...{ allow_rebase_merge: mayMerge.REBASE, allow_auto_merge: mayAutoMerge },
    delete_branch_on_merge: false,
  }
}

export function branch(
  { name, isProtected }: { readonly name: string; readonly isProtected: boolean },
  commit: unknown,
  { url, owner, repo }: Place,
) {
  const self = `${url}/repos/${owner}/${repo}/branches/${name}`
  return {
    ...{ name, commit, protected: isProtected, protection: { enabled: isProtected } },
    protection_url: `${self}/protection`,
    _links: { self, html: self },
  }
}

export function rule({ type, checks }: RuleState, { owner, repo }: Place) {
  const rest = { ruleset_source_type: 'Repository', ruleset_source: `${owner}/${repo}`, ruleset_id: 1 }
  if (type === 'update') return { type, parameters: { update_allows_fetch_and_merge: false }, ...rest }
  if (type === 'pull_request') return { type, parameters: REVIEWS, ...rest }
  if (type !== 'required_status_checks') return { type, ...rest }
  const required = checks.map((context) => ({ context }))
  const parameters = { required_status_checks: required, strict_required_status_checks_policy: false }
  return { type, parameters, ...rest }
}

const REVIEWS = {
  ...{ dismiss_stale_reviews_on_push: false, require_code_owner_review: false },
  ...{ require_last_push_approval: false, required_approving_review_count: 1 },
  required_review_thread_resolution: false,
}

export function activity({ actor, ...rest }: ActivityState, place: Place) {
  return { ...rest, node_id: `PSH_${rest.id}`, actor: user(actor, place) }
}
