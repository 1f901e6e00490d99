/** What is in a repository, and how it came to be. */
import {
  NOT_FOUND,
  found,
  linksOf,
  listed,
  pageOf,
  refused,
  type Answered,
  type Asked,
  type Operations,
} from './asked.ts'
import { changesOf, compare, known, type Comparison } from './compare.ts'
import type { Commit, Entry } from './git.ts'
import { treeWithin } from './gitoperations.ts'
import { commitOf, comparisonOf, contentOf, diffEntry, directoryOf } from './gitshapes.ts'
import type { RepositoryState } from './repository.ts'

/** Without paging GitHub tells of so many commits, and never of more files. */
const UNPAGED = 250
const FILES = 300

export const HISTORY: Operations = {
  'repos/get-content': { permission: 'contents: read', answer: content },
  'repos/compare-commits-with-basehead': { permission: 'contents: read', answer: comparison },
  'repos/get-commit': {
    permission: 'contents: read',
    answer: ({ state, parameters, place }) => {
      const ref = String(parameters['ref'])
      const commit = state.resolve(ref)
      if (state.refs.size === 0) return refused(409, 'Git Repository is empty.')
      if (commit === undefined || state.lag.commits.has(commit.oid))
        return refused(422, `No commit found for SHA: ${ref}`)
      const files = filesOf(state, commit).map((change) => diffEntry(change, commit.oid, place))
      return found({ ...commitOf(commit, place), stats: { additions: 0, deletions: 0, total: 0 }, files })
    },
  },
  'repos/list-commits': {
    permission: 'contents: read',
    answer: (asked) => {
      const { state, parameters, place } = asked
      const start = state.resolve(String(parameters['sha'] ?? 'HEAD'))
      if (start === undefined) return NOT_FOUND
      const path = parameters['path']
      const all = known(state.git, state.git.ancestorsOf(start.oid)).toReversed()
      const some = all.filter(
        (commit) =>
          path === undefined || filesOf(state, commit).some((one) => isWithin(one.path, String(path))),
      )
      return listed(some, asked, (commit) => commitOf(commit, place))
    },
  },
}

/** What a commit changes against its first parent. */
function filesOf({ git }: RepositoryState, { oid, parents }: Commit) {
  return changesOf(git, git.filesOf(parents[0] ?? ''), git.filesOf(oid))
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

/** `?ref=` is a branch, a tag or a commit. */
function content(asked: Asked): Answered {
  const { state, parameters } = asked
  const path = String(parameters['path']).replace(/^\.$|^\/+|\/+$/g, '')
  const commit = state.resolve(String(parameters['ref'] ?? 'HEAD'))
  if (state.refs.size === 0) return refused(404, 'This repository is empty.')
  if (commit === undefined) return refused(404, `No commit found for the ref ${parameters['ref']}`)
  const entry = state.git.filesOf(commit.tree).get(path)
  return entry === undefined ? directory(asked, commit, path) : file(asked, path, entry)
}

function file({ state, place }: Asked, path: string, entry: Entry): Answered {
  const shown = contentOf(path, entry, place)
  const bytes = state.git.blobs.get(entry.oid) ?? Buffer.alloc(0)
  if (shown.type === 'symlink') return found({ ...shown, target: bytes.toString() })
  if (shown.type === 'submodule') return found({ ...shown, submodule_git_url: place.url })
  return found({ ...shown, size: bytes.length, ...spelled(bytes) })
}

function directory({ state: { git }, place }: Asked, { tree }: Commit, path: string): Answered {
  const files = git.filesOf(tree)
  const start = path === '' ? '' : `${path}/`
  const within = [...files.keys()].filter((one) => one.startsWith(start))
  if (within.length === 0) return NOT_FOUND
  const names = new Set(within.map((one) => one.slice(start.length).replace(/\/.*/, '')))
  const shown = [...names].toSorted().map((name) => {
    const entry = files.get(start + name)
    if (entry === undefined) return directoryOf(start + name, treeWithin(git, tree, start + name), place)
    return { ...contentOf(start + name, entry, place), size: git.blobs.get(entry.oid)?.length ?? 0 }
  })
  return found(shown)
}

/** From 1 MB on there is no text in the answer. */
function spelled(bytes: Buffer) {
  return bytes.length > 1_048_576
    ? { content: '', encoding: 'none' }
    : { content: bytes.toString('base64').replace(/.{60}/g, '$&\n'), encoding: 'base64' }
}

function comparison(asked: Asked): Answered {
  const { state, parameters, place } = asked
  const [base, head] = String(parameters['basehead'])
    .split('...')
    .map((name) => state.resolve(name))
  if (base === undefined || head === undefined) return NOT_FOUND
  const compared = compare(state.git, base, head)
  if (compared === undefined)
    return refused(
      404,
      `No common ancestor between ${String(parameters['basehead']).replace('...', ' and ')}.`,
    )
  const isPaged = parameters['page'] !== undefined || parameters['per_page'] !== undefined
  const commits = isPaged ? pageOf(compared.ahead, asked) : compared.ahead.slice(-UNPAGED)
  return {
    ...found({ ...comparisonOf(compared, commits, place), ...filesBetween(compared, asked) }),
    headers: isPaged ? linksOf(compared.ahead.length, asked) : {},
  }
}

/** They are on the first page only. */
function filesBetween({ mergeBase, head }: Comparison, { state: { git }, parameters, place }: Asked) {
  if (Number(parameters['page'] ?? 1) > 1) return {}
  const files = changesOf(git, git.filesOf(mergeBase.oid), git.filesOf(head.oid)).slice(0, FILES)
  return { files: files.map((change) => diffEntry(change, head.oid, place)) }
}
