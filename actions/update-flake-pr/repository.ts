import { ActionError } from '../shared/errors.ts'
import { objectIn, textIn, type Json } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import type { AutoMerge } from './inputs.ts'
import { carryOut } from './pullwords.ts'
import { headOf } from './refs.ts'

export type MergeMethod = Exclude<AutoMerge, 'off'>

export interface Repository {
  /** As GitHub writes it. */
  readonly owner: string
  /** `owner/repo`. */
  readonly fullName: string
  /** Its page. */
  readonly url: string
  readonly defaultBranch: string
  readonly base: { readonly name: string; readonly sha: string }
  /** `undefined` = GitHub does not say it to this token. */
  readonly allowsAutoMerge: boolean | undefined
  readonly allowedMethods: readonly MergeMethod[] | undefined
}

/** `base` undefined = the default branch. */
export async function readRepository(base: string | undefined, ask: Ask): Promise<Repository> {
  const answer = await carryOut(ask, 'GET /repos/{owner}/{repo}', {
    doing: 'show the repository',
    permission: 'contents: read',
  })
  const repository = factsIn(objectIn(answer) ?? {})
  if (objectIn(answer)?.['archived'] === true)
    throw new ActionError(`${repository.fullName} is archived: nothing can be proposed to it.`, {
      hint: 'Unarchive it, or remove this step.',
    })
  const name = base ?? repository.defaultBranch
  const sha = await headOf(name, ask)
  if (sha === undefined)
    throw new ActionError(`${repository.fullName} has no branch '${name}' to propose an update to.`, {
      hint: base === undefined ? 'It seems to have no commit yet.' : "Look at 'base'.",
    })
  return { ...repository, base: { name, sha } }
}

function factsIn(answer: Json): Omit<Repository, 'base'> {
  const fullName = textIn(answer['full_name'])
  const defaultBranch = textIn(answer['default_branch'])
  const owner = fullName.replace(/\/.*/, '')
  if (owner === '' || defaultBranch === '')
    throw new ActionError("GitHub's answer about the repository has no name or no default branch.")
  const allowsAutoMerge = answer['allow_auto_merge']
  return {
    owner,
    fullName,
    url: textIn(answer['html_url']),
    defaultBranch,
    allowsAutoMerge: typeof allowsAutoMerge === 'boolean' ? allowsAutoMerge : undefined,
    allowedMethods: methodsIn(answer),
  }
}

/** Said only to who may push. */
function methodsIn(answer: Json): readonly MergeMethod[] | undefined {
  const all = [
    ['merge', answer['allow_merge_commit']],
    ['squash', answer['allow_squash_merge']],
    ['rebase', answer['allow_rebase_merge']],
  ] as const
  if (all.some(([, isAllowed]) => typeof isAllowed !== 'boolean')) return undefined
  return all.filter(([, isAllowed]) => isAllowed).map(([method]) => method)
}
