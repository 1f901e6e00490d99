/** How branches are made, moved and deleted, and when GitHub refuses it. */
import {
  NOT_FOUND,
  NOTHING,
  firstOf,
  found,
  made,
  refused,
  type Answered,
  type Asked,
  type Operations,
} from './asked.ts'
import type { Files } from './git.ts'
import { gitRef } from './gitshapes.ts'
import type { RepositoryState } from './repository.ts'
import { violationOf } from './rules.ts'
import { lacking, may, type Token } from './tokens.ts'

const EMPTY = refused(409, 'Git Repository is empty.')
const WORKFLOWS = 'workflows: write'
const ABSENT = refused(422, 'Reference does not exist')

export const REFS: Operations = {
  'git/get-ref': {
    permission: 'contents: read',
    answer: ({ state, parameters, place }) => {
      const ref = `refs/${parameters['ref']}`
      const oid = state.lag.refs.seen(state.refs).get(ref)
      if (state.refs.size === 0) return EMPTY
      return oid === undefined ? NOT_FOUND : found(gitRef(ref, oid, place))
    },
  },
  'git/list-matching-refs': {
    permission: 'contents: read',
    answer: ({ state, parameters, place }) => {
      const refs = [...state.lag.refs.seen(state.refs)].toSorted(([a], [b]) => (a < b ? -1 : 1))
      const some = refs.filter(([ref]) => ref.startsWith(`refs/${parameters['ref']}`))
      return state.refs.size === 0 ? EMPTY : found(some.map(([ref, oid]) => gitRef(ref, oid, place)))
    },
  },
  'git/create-ref': {
    permission: 'contents: write',
    answer: (asked) => {
      const ref = String(asked.body['ref'])
      return moved(asked, { ref, sha: String(asked.body['sha']), mode: 'create' })
    },
  },
  'git/update-ref': {
    permission: 'contents: write',
    answer: (asked) => {
      const ref = `refs/${asked.parameters['ref']}`
      const mode = asked.body['force'] === true ? 'force' : 'forward'
      return moved(asked, { ref, sha: String(asked.body['sha']), mode })
    },
  },
  'git/delete-ref': {
    permission: 'contents: write',
    answer: ({ state, parameters, login }) => {
      const ref = `refs/${parameters['ref']}`
      const before = state.refs.get(ref)
      if (before === undefined) return ABSENT
      if (ref === `refs/heads/${state.settings.defaultBranch}`)
        return refused(422, `Refusing to delete the current branch: ${ref}`)
      const move = { ref, before, after: undefined, by: login, isFastForward: true }
      const violation = violationOf(state, move)
      if (violation !== undefined) return refused(422, violation)
      state.setRef(ref, undefined, login)
      return NOTHING
    },
  },
}

interface Move {
  readonly ref: string
  readonly sha: string
  readonly mode: 'create' | 'forward' | 'force'
}

function moved({ state, token, place }: Asked, move: Move): Answered {
  const problem = moveProblem(state, move, token)
  if (problem !== undefined) return problem
  state.setRef(move.ref, move.sha, token.login)
  const ref = gitRef(move.ref, move.sha, place)
  return move.mode === 'create' ? made(ref) : found(ref)
}

/** `undefined` = the ref may be moved there. */
export function moveProblem(state: RepositoryState, move: Move, token: Token): Answered | undefined {
  return (
    (move.mode === 'create' ? createProblem(state, move.ref) : updateProblem(state, move)) ??
    contentProblem(state, move, token)
  )
}

function updateProblem({ refs, git }: RepositoryState, { ref, sha, mode }: Move): Answered | undefined {
  const before = refs.get(ref)
  if (before === undefined) return refs.size === 0 ? EMPTY : ABSENT
  const isForward = mode === 'force' || !git.commits.has(sha) || git.isAncestor(before, sha)
  return isForward ? undefined : refused(422, 'Update is not a fast forward')
}

function createProblem({ refs }: RepositoryState, ref: string): Answered | undefined {
  const isInTheWay = [...refs.keys()].some((one) => one.startsWith(`${ref}/`) || ref.startsWith(`${one}/`))
  return firstOf(
    [refs.size === 0, EMPTY],
    [
      !/^refs\/[^/]+\/./.test(ref),
      refused(422, "Reference name must start with 'refs/' and have at least two slashes."),
    ],
    [!isRefName(ref), refused(422, 'Reference name is not valid')],
    [refs.has(ref), refused(422, 'Reference already exists')],
    [isInTheWay, refused(422, 'Reference update failed')],
  )
}

function contentProblem(state: RepositoryState, { ref, sha }: Move, token: Token): Answered | undefined {
  const { git, refs, lag } = state
  const before = refs.get(ref)
  const isFastForward = before === undefined || git.isAncestor(before, sha)
  const violation = violationOf(state, { ref, before, after: sha, by: token.login, isFastForward })
  return firstOf(
    [!git.commits.has(sha) || lag.commits.has(sha), refused(422, 'Object does not exist')],
    [bringsWorkflows(state, sha) && !may(token, WORKFLOWS), lacking(token, WORKFLOWS)],
    [violation !== undefined, refused(422, violation ?? '')],
  )
}

/** As `git check-ref-format` says. */
function isRefName(ref: string): boolean {
  const parts = ref.split('/')
  return (
    parts.every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock')) &&
    !/\.\.|@\{|[\0-\x20\x7f~^:?*[\\]|\.$/.test(ref)
  )
}

/** Whether there are workflows in it that no branch has yet. */
function bringsWorkflows({ git, refs }: RepositoryState, oid: string): boolean {
  const wanted = workflowsIn(git.filesOf(oid))
  return wanted !== '' && ![...refs.values()].some((tip) => workflowsIn(git.filesOf(tip)) === wanted)
}

function workflowsIn(files: Files): string {
  return [...files]
    .filter(([path]) => path.startsWith('.github/workflows/'))
    .map(([path, { oid }]) => `${path} ${oid}`)
    .toSorted()
    .join('\n')
}
