/** What is read from the checkout must be what the base has, for the pull request is made on the base. */
import { ActionError } from '../shared/errors.ts'
import { objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import { blobOf } from './blob.ts'
import { carryOut, GitHubRefused } from './pullwords.ts'
import type { Repository } from './repository.ts'

/** What the checkout has. */
export interface Source {
  /** Directory from the root of the repository, `.` is the root. */
  readonly flake: string
  /** From the root of the repository. */
  readonly flakePath: string
  readonly lockPath: string
  readonly flakeText: string
  readonly lockText: string
}

export interface Blob {
  readonly path: string
  readonly sha: string
}

/** GitHub lists no more of a directory. */
const MAX_ENTRIES = 1_000

/** flake.nix and flake.lock of each flake on the base: the same as in the checkout, or it throws. */
export async function checkCheckout(
  sources: readonly Source[],
  repository: Repository,
  ask: Ask,
): Promise<readonly Blob[]> {
  const all = await Promise.all(sources.map((source) => checkedFlake(source, repository, ask)))
  return all.flat()
}

async function checkedFlake(source: Source, repository: Repository, ask: Ask): Promise<readonly Blob[]> {
  const { flake, flakePath, lockPath, flakeText, lockText } = source
  const entries = await listed(flake, repository, ask)
  const files = [
    [flakePath, flakeText],
    [lockPath, lockText],
  ] as const
  return Promise.all(
    files.map(async ([path, text]) => {
      const listedEntry = entries.find((entry) => textIn(entry['path']) === path)
      const isCut = listedEntry === undefined && entries.length >= MAX_ENTRIES
      const entry = isCut ? objectIn(await contentsOf(path, repository, ask)) : listedEntry
      return checkedFile({ path, text, entry }, repository)
    }),
  )
}

async function listed(flake: string, repository: Repository, ask: Ask): Promise<readonly Json[]> {
  const contents = await contentsOf(flake === '.' ? '' : flake, repository, ask)
  const type = textIn(objectIn(contents)?.['type'])
  if (type !== '')
    throw new ActionError(`'${flake}' is a ${type} on branch '${repository.base.name}', not a directory.`, {
      hint: "'flakes' takes directories of this repository itself.",
    })
  return objectsIn(contents)
}

/** `undefined` if there is nothing of the kind. */
async function contentsOf(path: string, { base }: Repository, ask: Ask): Promise<unknown> {
  const deed = {
    doing: `show '${path === '' ? '.' : path}' of branch '${base.name}'`,
    permission: 'contents: read',
    parameters: { path, ref: base.sha },
  }
  try {
    return await carryOut(ask, 'GET /repos/{owner}/{repo}/contents/{path}', deed)
  } catch (error) {
    if (error instanceof GitHubRefused && error.code === '404') return undefined
    throw error
  }
}

interface Checked {
  readonly path: string
  readonly text: string
  readonly entry: Json | undefined
}

function checkedFile({ path, text, entry }: Checked, { base }: Repository): Blob {
  const where = `branch '${base.name}' (${base.sha.slice(0, 8)})`
  if (entry === undefined)
    throw new ActionError(`${path} is in the checkout, and not on ${where}.`, {
      hint: `Commit it to '${base.name}' first, or let actions/checkout check out that branch ('ref: ${base.name}').`,
    })
  const type = textIn(entry['type'])
  if (type !== 'file')
    throw new ActionError(`${path} is a ${type} on ${where}: only a regular file can be updated.`)
  const sha = textIn(entry['sha'])
  if (blobOf(text) === sha) return { path, sha }
  if (blobOf(text.replaceAll('\r\n', '\n')) === sha)
    throw new ActionError(`${path} has other line ends in the checkout than on ${where}.`, {
      hint: "Git converts them on this runner: run 'git config --global core.autocrlf false' before actions/checkout, or say 'eol=lf' for it in .gitattributes.",
    })
  throw new ActionError(`${path} is another file in the checkout than on ${where}.`, {
    hint: `An update is proposed to what '${base.name}' has now. Let actions/checkout check out that branch ('ref: ${base.name}'), and let no step before this one change the file. If the branch has just moved on, run this again.`,
  })
}
