/** Git's objects. */
import {
  NOT_FOUND,
  firstOf,
  found,
  invalid,
  made,
  refused,
  type Answered,
  type Asked,
  type Operations,
} from './asked.ts'
import type { Entry, Git, Person } from './git.ts'
import { gitCommit, treeOf } from './gitshapes.ts'
import { personOf, webFlow } from './people.ts'
import { isBot } from './tokens.ts'

interface TreeEntry {
  readonly path: string
  readonly mode: Entry['mode']
  readonly sha?: string | null
  readonly content?: string
}

interface CommitBody {
  readonly message: string
  readonly tree: string
  readonly parents?: readonly string[]
  readonly author?: Person
  readonly committer?: Person
  readonly signature?: string
}

const EMPTY: Answered = refused(409, 'Git Repository is empty.')

export const GIT: Operations = {
  'git/get-commit': {
    permission: 'contents: read',
    answer: ({ state, parameters, place }) => {
      const oid = String(parameters['commit_sha'])
      const commit = state.git.commits.get(oid)
      if (state.refs.size === 0) return EMPTY
      return commit === undefined || state.lag.commits.has(oid) ? NOT_FOUND : found(gitCommit(commit, place))
    },
  },
  'git/get-blob': {
    permission: 'contents: read',
    answer: ({ state, parameters, place }) => {
      const sha = String(parameters['file_sha'])
      const blob = state.git.blobs.get(sha)
      if (blob === undefined) return NOT_FOUND
      const url = `${place.url}/repos/${place.owner}/${place.repo}/git/blobs/${sha}`
      const content = blob.toString('base64').replace(/.{60}/g, '$&\n')
      return found({ sha, node_id: `B_${sha}`, size: blob.length, url, content, encoding: 'base64' })
    },
  },
  'git/get-tree': { permission: 'contents: read', answer: tree },
  'git/create-blob': {
    permission: 'contents: write',
    answer: ({ state, body, place }) => {
      if (state.refs.size === 0) return EMPTY
      const content = Buffer.from(String(body['content']), body['encoding'] === 'base64' ? 'base64' : 'utf8')
      const sha = state.git.addBlob(content)
      return made({ sha, url: `${place.url}/repos/${place.owner}/${place.repo}/git/blobs/${sha}` })
    },
  },
  'git/create-tree': { permission: 'contents: write', answer: createTree },
  'git/create-commit': { permission: 'contents: write', answer: createCommit },
}

function tree({ state, parameters, place }: Asked): Answered {
  const wanted = String(parameters['tree_sha'])
  const sha = state.resolve(wanted)?.tree ?? wanted
  const files = state.git.trees.get(sha)
  if (files === undefined) return NOT_FOUND
  const isAll = parameters['recursive'] !== undefined
  const trees = new Map<string, string>()
  const shown = new Map(isAll ? files : [...files].filter(([path]) => !path.includes('/')))
  for (const path of files.keys())
    for (const directory of directoriesOf(path).slice(0, isAll ? undefined : 1))
      trees.set(directory, treeWithin(state.git, sha, directory))
  const size = (oid: string) => state.git.blobs.get(oid)?.length ?? 0
  return found(treeOf({ sha, files: shown, trees }, size, place))
}

/** Those on the way to it, the outermost first. */
function directoriesOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

/** The tree of a directory of a tree. */
export function treeWithin(git: Git, tree: string, directory: string): string {
  const start = `${directory}/`
  const within = [...git.filesOf(tree)].filter(([path]) => path.startsWith(start))
  return git.addTree(new Map(within.map(([path, entry]) => [path.slice(start.length), entry])))
}

function createTree(asked: Asked): Answered {
  const { git, refs } = asked.state
  const { base_tree: base, tree: entries } = asked.body as { base_tree?: string; tree: readonly TreeEntry[] }
  if (refs.size === 0) return EMPTY
  if (base !== undefined && git.filesOf(base).size === 0) return NOT_FOUND
  const files = new Map(base === undefined ? [] : git.filesOf(base))
  const problem = entries.map((entry) => put(git, files, entry)).find((one) => one !== undefined)
  if (problem !== undefined) return refused(422, problem)
  if (files.size === 0) return refused(422, 'Invalid tree info')
  const oid = git.addTree(files)
  const answer = tree({ ...asked, parameters: { ...asked.parameters, tree_sha: oid } })
  return { ...answer, status: 201 }
}

/** Puts it into the files, or says why not. */
function put(git: Git, files: Map<string, Entry>, entry: TreeEntry): string | undefined {
  const { path, mode, sha, content } = entry
  const problem = entryProblem(git, entry, files)
  if (problem !== undefined) return problem
  if (content !== undefined) files.set(path, { mode, oid: git.addBlob(content) })
  else if (typeof sha === 'string') files.set(path, { mode, oid: sha })
  else files.delete(path)
  return undefined
}

function entryProblem(
  { blobs }: Git,
  { path, mode, sha, content }: TreeEntry,
  files: ReadonlyMap<string, Entry>,
): string | undefined {
  if (path.split('/').some((part) => ['', '.', '..', '.git'].includes(part)))
    return 'tree.path contains a malformed path component'
  if (content !== undefined || mode === '160000') return undefined
  if (typeof sha !== 'string') return files.has(path) ? undefined : 'GitRPC::BadObjectState'
  return blobs.has(sha) ? undefined : `tree.sha ${sha} is not a valid blob`
}

/** Signed by GitHub only for Apps, and only if it may say itself who made it. */
function createCommit({ state, body, token, place }: Asked): Answered {
  const { message, tree: treeOid, parents = [], author, committer, signature } = body as unknown as CommitBody
  const hasParents = parents.every((parent) => state.git.commits.has(parent))
  const refusal = firstOf(
    [state.refs.size === 0, EMPTY],
    [!state.git.trees.has(treeOid), refused(422, 'Tree SHA does not exist')],
    [!hasParents, refused(422, 'Parent SHA does not exist or is not a commit object')],
    [message === '', invalid({ resource: 'Commit', field: 'message', code: 'missing_field' })],
  )
  if (refusal !== undefined) return refusal
  const date = state.tick()
  const isVerified = isBot(token) && [author, committer, signature].every((one) => one === undefined)
  const whose = dated(author ?? personOf(token.login, date), date)
  const commit = state.git.addCommit({
    ...{ tree: treeOid, parents, message, isVerified, author: whose },
    committer: isVerified ? webFlow(date) : dated(committer ?? whose, date),
  })
  state.lag.commits.add(commit.oid)
  return made(gitCommit(commit, place))
}

function dated({ name, email, ...rest }: Partial<Person> & Omit<Person, 'date'>, date: string): Person {
  return { name, email, date: rest.date ?? date }
}
