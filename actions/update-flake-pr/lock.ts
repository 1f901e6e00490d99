import { ActionError, messageOf } from '../shared/errors.ts'
import { objectIn, textIn, type Json } from '../shared/json.ts'
import type { Lock, LockedInput } from './facts.ts'
import { isRootPath } from './inputpath.ts'
import { graphIn, inputsOf } from './lockgraph.ts'

/** Nix reads these and writes the last one. */
const VERSIONS = { first: 5, last: 7 }

const RELOCK = "'nix flake lock' writes it anew."

/** @throws ActionError if it is no lock, or one of a version that is not known */
export function parseLock(text: string, lockPath: string): Lock {
  const lock = objectOf(text, lockPath)
  const version = versionOf(lock, lockPath)
  const root = textIn(lock['root'])
  const nodes = objectIn(lock['nodes']) ?? {}
  if (!Object.hasOwn(nodes, root))
    throw new ActionError(`${lockPath} has no node '${root}', which should be its root.`, { hint: RELOCK })
  return { version, inputs: inputsOf(graphIn(root, nodes), lockPath) }
}

export function rootInputs({ inputs }: Lock): readonly LockedInput[] {
  return [...inputs.values()].filter(({ path }) => isRootPath(path))
}

function objectOf(text: string, lockPath: string): Json {
  if (text.trim() === '') throw new ActionError(`${lockPath} is empty.`, { hint: RELOCK })
  const lock = objectIn(jsonOf(text, lockPath))
  if (lock !== undefined) return lock
  throw new ActionError(`${lockPath} is no lock of a flake: it holds no object.`, { hint: RELOCK })
}

function jsonOf(text: string, lockPath: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (!/^(?:<{7}|>{7})/m.test(text))
      throw new ActionError(`${lockPath} is no JSON: ${messageOf(cause)}`, { hint: RELOCK, cause })
    const hint = `Take it from one of the two branches; ${RELOCK}`
    throw new ActionError(`${lockPath} has conflict markers of git in it: a merge was not finished.`, {
      hint,
      cause,
    })
  }
}

function versionOf(lock: Json, lockPath: string): number {
  const version = lock['version']
  const { first, last } = VERSIONS
  if (typeof version !== 'number' || !Number.isInteger(version))
    throw new ActionError(`${lockPath} is no lock of a flake: it says no version.`, { hint: RELOCK })
  const known = `${lockPath} is of version ${version}, and nix-vps reads ${first} to ${last}.`
  if (version > last)
    throw new ActionError(known, { hint: 'A newer Nix has written it: is there a newer nix-vps as well?' })
  if (version < first) throw new ActionError(known, { hint: RELOCK })
  return version
}
