/**
 * What a Garnix instance tells of a commit, in its three code lines: upstream (`up`), OSSystems (`oss`) and joegoldin
 * (`jg`).
 */

export type CodeLine = 'up' | 'oss' | 'jg'

export interface ApiBuild {
  readonly id: string
  readonly name: string
  /** `nixosConfiguration`, `package`, `check` … */
  readonly kind: string
  /** Its path; an instance tells it when the build is over, joegoldin's as soon as it is evaluated. */
  readonly path?: string
  /** `undefined` while it runs. */
  status?: 'Success' | 'Failure' | 'Timeout' | 'Cancelled' | 'Skipped' | undefined
  /** Default `END`. */
  endTime?: string
  isUploaded?: boolean
  /** Its log since it ended: those without `by` are the instance's own. */
  readonly log?: { readonly by?: string; readonly text: string }[]
  wasAlreadyBuilt?: boolean
}

export interface ApiCommit {
  readonly sha: string
  readonly owner: string
  readonly repo: string
  readonly isPublic: boolean
  /** Nothing but the summary is told before. */
  isEvaluated: boolean
  readonly builds: ApiBuild[]
}

/** When builds end that do not say otherwise. */
export const END = '2026-11-23T12:10:00.25Z'

export function toldCommit(commit: ApiCommit, line: CodeLine): Record<string, unknown> {
  const { builds, isEvaluated } = commit
  const isNew = line === 'jg'
  return {
    summary: {
      repo_owner: commit.owner,
      repo_name: commit.repo,
      repo_is_public: commit.isPublic,
      git_commit: commit.sha,
      branch: 'main',
      req_user: commit.owner,
      start_time: '2026-11-23T12:00:00.123456Z',
      succeeded: builds.filter(({ status }) => status === 'Success').length,
      failed: builds.filter(({ status }) => status === 'Failure' || status === 'Timeout').length,
      pending: builds.filter(({ status }) => status === undefined).length,
      cancelled: builds.filter(({ status }) => status === 'Cancelled').length,
      ...(isNew ? { running: 0, forge: 'github' } : {}),
    },
    builds: isEvaluated ? builds.map((build) => toldBuild(build, commit, line)) : [],
    runs: [],
    ...(isNew ? { running_build_ids: [], waiting_on: [] } : {}),
  }
}

/** What is not known is left out; only the system is null. */
function toldBuild(build: ApiBuild, commit: ApiCommit, line: CodeLine): Record<string, unknown> {
  const { sha, owner, repo, isPublic } = commit
  const { path, status, wasAlreadyBuilt } = build
  const isPathKnown = path !== undefined && (line === 'jg' || status !== undefined)
  return {
    id: build.id,
    repo_user: owner,
    repo_name: repo,
    branch: 'main',
    repo_is_public: isPublic,
    git_commit: sha,
    package: build.name,
    package_type: build.kind,
    system: build.kind.endsWith('Configuration') ? null : 'x86_64-linux',
    req_user: owner,
    start_time: '2026-11-23T12:00:01.5Z',
    github_run_id: 123_456,
    wants_incrementalism: false,
    eval_host: 'builder',
    uploaded_to_cache: build.isUploaded ?? false,
    ...known({ status, already_built: wasAlreadyBuilt, end_time: endOf(build) }),
    ...(isPathKnown ? { output_paths: { out: path } } : {}),
    ...(line === 'jg' ? { forge: 'github' } : {}),
  }
}

function endOf({ status, endTime }: ApiBuild): string | undefined {
  return status === undefined ? undefined : (endTime ?? END)
}

function known(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** A page of lines, the first of which is written a second after the build has ended, and each a second later. */
export function toldLog(
  { log = [], status, endTime = END }: ApiBuild,
  after: string | null,
  pageSize: number,
): unknown {
  const afterMs = after === null ? 0 : Date.parse(after)
  const lines = log
    .map(({ by, text }, at) => {
      const timestamp = new Date(Date.parse(endTime) + (at + 1) * 1_000).toISOString()
      return { timestamp, ...known({ package: by }), log_message: text }
    })
    .filter(({ timestamp }) => Date.parse(timestamp) > afterMs)
  const logs = lines.slice(0, pageSize)
  return { finished: status !== undefined && logs.length < pageSize, max_page_size: pageSize, logs }
}
