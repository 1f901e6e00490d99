import { join, posix } from 'node:path'
import { ActionError } from '../shared/errors.ts'
import type { Lock } from './facts.ts'
import { parseLock } from './lock.ts'
import type { World } from './world.ts'

/** A flake as the checkout has it. */
export interface FlakeSource {
  /** Its directory from the root of the repository; `.` is the root. */
  readonly flake: string
  /** The same, from the root of the machine. */
  readonly directory: string
  /** From the root of the repository. */
  readonly flakePath: string
  readonly lockPath: string
  readonly flakeText: string
  readonly lockText: string
  readonly lock: Lock
}

type Where = Pick<World, 'files' | 'workspace'>

export function lockPathOf(flake: string): string {
  return posix.join(flake, 'flake.lock')
}

/** @throws ActionError that names everything that is wrong with any of them */
export async function readSources(flakes: readonly string[], where: Where): Promise<readonly FlakeSource[]> {
  const read = await Promise.all(flakes.map((flake) => sourceOrProblem(flake, where)))
  const problems = read.filter((one) => one instanceof ActionError)
  const [first, second] = problems
  if (first === undefined) return read.filter((one): one is FlakeSource => !(one instanceof ActionError))
  if (second === undefined) throw first
  const lines = problems.map(({ message, hint }) => `- ${message}${hint === undefined ? '' : ` ${hint}`}`)
  throw new ActionError(`${problems.length} flakes cannot be updated:\n${lines.join('\n')}`, { cause: first })
}

async function sourceOrProblem(flake: string, where: Where): Promise<FlakeSource | ActionError> {
  try {
    return await readSource(flake, where)
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
}

async function readSource(flake: string, { files, workspace }: Where): Promise<FlakeSource> {
  const flakePath = posix.join(flake, 'flake.nix')
  const lockPath = lockPathOf(flake)
  const flakeText = await files.read(flakePath)
  if (flakeText === undefined)
    throw new ActionError(`The checkout has no ${flakePath}.`, {
      hint: "'flakes' are directories from the root of the repository, which actions/checkout has to fetch before.",
    })
  const lockText = await files.read(lockPath)
  if (lockText === undefined)
    throw new ActionError(`The checkout has a ${flakePath} and no ${lockPath}: there is nothing to update.`, {
      hint: `Make it once with 'nix flake lock' in its directory, and commit it.`,
    })
  const lock = parseLock(lockText, lockPath)
  return { flake, directory: join(workspace, flake), flakePath, lockPath, flakeText, lockText, lock }
}
