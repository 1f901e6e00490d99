import { posix } from 'node:path'
import { parseWith, type Inputs as Reader } from '../shared/inputs.ts'
import type { NixRelease } from '../shared/nixrelease.ts'
import type { ReadInput } from '../shared/ports.ts'
import { parseAccessTokens, type AccessToken } from './accesstokens.ts'
import { isBranchName } from './branchname.ts'
import { isGlob } from './glob.ts'

export type AutoMerge = 'off' | 'merge' | 'squash' | 'rebase'

interface People {
  readonly assignees: readonly string[]
  readonly reviewers: readonly string[]
  readonly teamReviewers: readonly string[]
}

/** Which inputs, by glob; nothing in `include` means all. */
export interface Selection {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

export interface Cooldown {
  readonly ms: number
  readonly exempt: readonly string[]
}

export interface Inputs {
  /** From the root of the repository, normalized; `.` is the root. */
  readonly flakes: readonly string[]
  readonly selection: Selection
  readonly groupBy: 'none' | 'input'
  readonly token: string
  readonly accessTokens: readonly AccessToken[]
  readonly branch: string
  /** `undefined` = the default branch. */
  readonly base: string | undefined
  /** Templates. */
  readonly title: string
  readonly message: string
  readonly labels: readonly string[]
  readonly people: People
  readonly isDraft: boolean
  readonly signOff: boolean
  readonly cooldown: Cooldown
  readonly onEdited: 'keep' | 'overwrite'
  readonly respectClosed: boolean
  readonly autoMerge: AutoMerge
  readonly onInputError: 'warn' | 'fail'
  readonly dispatchWorkflows: readonly string[]
  readonly installNix: 'if-missing' | 'never'
  /** `undefined` = the pinned one. */
  readonly release: NixRelease | undefined
  readonly dryRun: boolean
}

/** Masked before anything else; `nix-access-tokens` holds more of them. */
export const SECRET_INPUTS = ['token'] as const

const MAX_COOLDOWN_S = 365 * 86_400

/** @throws ActionError that names everything that is wrong */
export function parseInputs(read: ReadInput): Inputs {
  return parseWith(read, (reader) => {
    const inputs: Inputs = {
      flakes: flakesIn(reader),
      selection: { include: globsIn(reader, 'inputs'), exclude: globsIn(reader, 'exclude') },
      groupBy: reader.choice('group-by', ['none', 'input']),
      token: reader.required('token'),
      accessTokens: reader.parsed('nix-access-tokens', parseAccessTokens) ?? [],
      branch: branchIn(reader, reader.required('branch'), 'branch'),
      base: reader.optional('base') && branchIn(reader, reader.required('base'), 'base'),
      title: templateIn(reader, 'title'),
      message: templateIn(reader, 'commit-message'),
      labels: unique(reader.lines('labels')),
      people: peopleIn(reader),
      isDraft: reader.boolean('draft'),
      signOff: reader.boolean('sign-off'),
      cooldown: {
        ms: reader.duration('cooldown', { min: 0, max: MAX_COOLDOWN_S }),
        exempt: globsIn(reader, 'cooldown-exempt'),
      },
      onEdited: reader.choice('on-edited', ['keep', 'overwrite']),
      respectClosed: reader.boolean('respect-closed'),
      autoMerge: reader.choice('auto-merge', ['off', 'merge', 'squash', 'rebase']),
      onInputError: reader.choice('on-input-error', ['warn', 'fail']),
      dispatchWorkflows: workflowsIn(reader),
      installNix: reader.choice('install-nix', ['if-missing', 'never']),
      release: releaseIn(reader),
      dryRun: reader.boolean('dry-run'),
    }
    checkTogether(reader, inputs)
    return inputs
  })
}

function flakesIn(reader: Reader): readonly string[] {
  const given = reader.lines('flakes')
  if (given.length === 0) reader.problem("'flakes' is required and not given")
  const flakes = given.map((line) => {
    const path = posix.normalize(line).replace(/(?<=.)\/$/, '')
    const isOutside = posix.isAbsolute(path) || /^\.\.(?:\/|$)/.test(path)
    if (isOutside || /[?#]|\p{Cc}/u.test(line))
      reader.bad('flakes', line, "a directory below the repository's root, such as '.' or 'nix'")
    else if (/(?:^|\/)flake\.(?:nix|lock)$/.test(path))
      reader.bad('flakes', line, `the directory, '${posix.dirname(path)}', without the file`)
    return path
  })
  for (const flake of new Set(flakes.filter((one, at) => flakes.indexOf(one) !== at)))
    reader.problem(`'flakes' names '${flake}' twice`)
  return flakes
}

function globsIn(reader: Reader, name: string): readonly string[] {
  const globs = unique(reader.lines(name))
  for (const glob of globs)
    if (!isGlob(glob))
      reader.bad(name, glob, "names of inputs, or globs of them with '*' and '?', one a line")
  return globs
}

function branchIn(reader: Reader, value: string, name: string): string {
  if (value !== '' && !isBranchName(value))
    reader.bad(name, value, 'the name of a branch, without refs/heads/')
  return value
}

/** Braces that are no placeholder would stand in the title as they are: more likely a mistake than meant. */
function templateIn(reader: Reader, name: string): string {
  const value = reader.required(name)
  for (const word of Array.from(value.matchAll(/\{(\w+)\}/g), (match) => String(match[1])))
    if (!['inputs', 'flakes'].includes(word))
      reader.problem(`'${name}' has '{${word}}': only {inputs} and {flakes} may stand in it`)
  if (name === 'title' && /[\r\n]/.test(value)) reader.problem("'title' has more than one line")
  return value
}

function peopleIn(reader: Reader): People {
  const logins = (name: string): readonly string[] => {
    const given = unique(reader.lines(name).map((line) => line.replace(/^@/, '')))
    for (const login of given)
      if (!/^[\w.-]+(?:\[bot\])?$/.test(login)) reader.bad(name, login, 'one name a line, without commas')
    return given
  }
  return {
    assignees: logins('assignees'),
    reviewers: logins('reviewers'),
    teamReviewers: logins('team-reviewers'),
  }
}

function workflowsIn(reader: Reader): readonly string[] {
  const files = unique(
    reader.lines('dispatch-workflows').map((line) => line.replace(/^\.github\/workflows\//, '')),
  )
  for (const file of files)
    if (!/^[\w.-]+\.ya?ml$/.test(file))
      reader.bad('dispatch-workflows', file, 'the name of a file in .github/workflows, such as ci.yml')
  return files
}

function releaseIn(reader: Reader): NixRelease | undefined {
  const url = addressIn(reader)
  const sha256 = reader.optional('nix-sha256')
  if ((url === undefined) !== (sha256 === undefined))
    reader.problem("'nix-url' and 'nix-sha256' go together: one of them is missing")
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    reader.bad('nix-sha256', sha256, '64 hex digits')
  return url === undefined || sha256 === undefined ? undefined : { url, sha256: sha256.toLowerCase() }
}

function addressIn(reader: Reader): string | undefined {
  const url = reader.optional('nix-url')
  if (url !== undefined && !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    reader.bad('nix-url', url, 'an address that begins with https:// or http://')
  return url
}

function checkTogether(reader: Reader, { isDraft, autoMerge, cooldown, branch, base }: Inputs): void {
  if (isDraft && autoMerge !== 'off')
    reader.problem(`'auto-merge' is '${autoMerge}' and 'draft' is 'true': GitHub merges no draft`)
  if (cooldown.ms === 0 && cooldown.exempt.length > 0)
    reader.problem("'cooldown-exempt' is given and 'cooldown' is 0: there is nothing to be exempt from")
  if (base !== undefined && base === branch)
    reader.problem(
      `'branch' and 'base' are both '${branch}': a pull request leads from one branch to another`,
    )
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)]
}
