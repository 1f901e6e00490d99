/** Git's objects as GitHub writes them. */
import type { Comparison, FileChange } from './compare.ts'
import type { Commit, Entry, Files } from './git.ts'
import { loginOf } from './people.ts'
import { user, type Place } from './shapes.ts'

const SELF = ({ url, owner, repo }: Place) => `${url}/repos/${owner}/${repo}`
/** Where people look. */
const PAGE = ({ url, owner, repo }: Place) => `${url}/${owner}/${repo}`

export function gitRef(ref: string, sha: string, place: Place) {
  const url = `${SELF(place)}/git/${ref}`
  const object = { type: 'commit', sha, url: `${SELF(place)}/git/commits/${sha}` }
  return { ref, node_id: `REF_${place.owner}_${place.repo}_${ref}`, url, object }
}

function verification({ isVerified }: Commit) {
  return isVerified
    ? {
        verified: true,
        reason: 'valid',
        signature: 'PGP',
        payload: 'tree',
        verified_at: '2026-01-31T12:00:00Z',
      }
    : { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
}

export function gitCommit(commit: Commit, place: Place) {
  const { oid, tree, parents, author, committer, message } = commit
  const at = (sha: string) => ({
    ...{ sha, url: `${SELF(place)}/git/commits/${sha}` },
    html_url: `${PAGE(place)}/commit/${sha}`,
  })
  return {
    ...at(oid),
    node_id: `C_${oid}`,
    ...{ author, committer, message },
    tree: { sha: tree, url: `${SELF(place)}/git/trees/${tree}` },
    parents: parents.map(at),
    verification: verification(commit),
  }
}

export function commitOf(commit: Commit, place: Place) {
  const { oid, tree, parents, author, committer, message } = commit
  const at = (sha: string) => ({
    ...{ sha, url: `${SELF(place)}/commits/${sha}` },
    html_url: `${PAGE(place)}/commit/${sha}`,
  })
  const known = (login: string | undefined) => (login === undefined ? null : user(login, place))
  return {
    ...at(oid),
    node_id: `C_${oid}`,
    comments_url: `${SELF(place)}/commits/${oid}/comments`,
    commit: {
      url: `${SELF(place)}/git/commits/${oid}`,
      ...{ author, committer, message, comment_count: 0 },
      tree: { sha: tree, url: `${SELF(place)}/git/trees/${tree}` },
      verification: verification(commit),
    },
    author: known(loginOf(author)),
    committer: known(loginOf(committer)),
    parents: parents.map(at),
  }
}

export function diffEntry({ path, status, oid, lines }: FileChange, sha: string, place: Place) {
  return {
    ...{ sha: oid, filename: path, status, ...lines, changes: lines.additions + lines.deletions },
    blob_url: `${PAGE(place)}/blob/${sha}/${path}`,
    raw_url: `${PAGE(place)}/raw/${sha}/${path}`,
    contents_url: `${SELF(place)}/contents/${path}?ref=${sha}`,
  }
}

export function comparisonOf(comparison: Comparison, commits: readonly Commit[], place: Place) {
  const { base, head, mergeBase, ahead, behind, status } = comparison
  const page = `${PAGE(place)}/compare/${base.oid}...${head.oid}`
  return {
    url: `${SELF(place)}/compare/${base.oid}...${head.oid}`,
    html_url: page,
    permalink_url: page,
    ...{ diff_url: `${page}.diff`, patch_url: `${page}.patch` },
    base_commit: commitOf(base, place),
    merge_base_commit: commitOf(mergeBase, place),
    ...{ status, ahead_by: ahead.length, behind_by: behind, total_commits: ahead.length },
    commits: commits.map((commit) => commitOf(commit, place)),
  }
}

const KINDS = { '100644': 'file', '100755': 'file', '120000': 'symlink', '160000': 'submodule' } as const

/** What is at a path, without what it says. */
export function contentOf(path: string, { mode, oid }: Entry, place: Place) {
  const type = KINDS[mode]
  const url = `${SELF(place)}/contents/${path}`
  const git = `${SELF(place)}/git/blobs/${oid}`
  const html = `${PAGE(place)}/blob/main/${path}`
  return {
    ...{ type, name: path.replace(/.*\//, ''), path, sha: oid, size: 0 },
    ...{ url, git_url: git, html_url: html, download_url: type === 'file' ? html : null },
    _links: { self: url, git, html },
  }
}

/** A directory, or what is in it by name. */
export function directoryOf(path: string, oid: string, place: Place) {
  return { ...contentOf(path, { mode: '100644', oid }, place), type: 'dir', download_url: null }
}

export function treeOf(
  { sha, files, trees }: { sha: string; files: Files; trees: ReadonlyMap<string, string> },
  sizes: (oid: string) => number,
  place: Place,
) {
  const entry = (path: string, { mode, oid }: Entry) =>
    mode === '160000'
      ? { path, mode, type: 'commit', sha: oid }
      : { path, mode, type: 'blob', sha: oid, size: sizes(oid), url: `${SELF(place)}/git/blobs/${oid}` }
  const tree = [
    ...[...files].map(([path, one]) => entry(path, one)),
    ...[...trees].map(([path, oid]) => ({
      ...{ path, mode: '040000', type: 'tree', sha: oid },
      url: `${SELF(place)}/git/trees/${oid}`,
    })),
  ].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return { sha, url: `${SELF(place)}/git/trees/${sha}`, tree, truncated: false }
}
