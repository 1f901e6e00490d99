/** The files of a checkout, which whoever wrote the repository chose: nothing in it may lead out of it. */
import { constants } from 'node:fs'
import { chmod, lstat, mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { ActionError, fieldOf, messageOf } from '../errors.ts'
import type { Files, Scratch } from '../ports.ts'

/** A lock of 2,000 nodes has one. */
const MAX_BYTES = 16_777_216

export function filesBelow(root: string): Files {
  return { read: (path) => readBelow(root, path), scratch }
}

async function readBelow(root: string, path: string): Promise<string | undefined> {
  try {
    await refuseLinks(root, path)
    return await textOf(join(root, path), path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(String(fieldOf(error, 'code')))) return undefined
    if (error instanceof ActionError) throw error
    throw new ActionError(`${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

async function refuseLinks(root: string, path: string): Promise<void> {
  const parts = posix.normalize(path).split('/')
  if (parts.includes('..')) throw new ActionError(`${path} is not below the root of the repository.`)
  for (const at of parts.keys()) {
    const below = parts.slice(0, at + 1).join('/')
    if ((await lstat(join(root, below))).isSymbolicLink())
      throw new ActionError(`${below} is a symbolic link, and those are not followed.`, {
        hint: 'Name the directory that really holds the flake, or put a copy in the place of the link.',
      })
  }
}

async function textOf(file: string, path: string): Promise<string> {
  // Without waiting for whoever writes into a pipe.
  await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const stats = await handle.stat()
  if (!stats.isFile()) throw new ActionError(`${path} is no regular file.`)
  if (stats.size > MAX_BYTES)
    throw new ActionError(`${path} has ${stats.size} bytes, and at most ${MAX_BYTES} are read.`)
  const bytes = await handle.readFile()
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new ActionError(`${path} is not UTF-8.`, { cause: error })
  }
}

async function scratch(): Promise<Scratch> {
  const { RUNNER_TEMP: temporary = '' } = process.env
  const path = await folderIn(temporary === '' ? tmpdir() : temporary)
  return {
    path,
    read: (name) => readBelow(path, name),
    async [Symbol.asyncDispose]() {
      await makeRemovable(path)
      await rm(path, { recursive: true, force: true })
    },
  }
}

async function folderIn(place: string): Promise<string> {
  try {
    return await mkdtemp(join(place, 'nix-vps-'))
  } catch (error) {
    throw new ActionError(`No folder can be made in ${place}: ${messageOf(error)}`, { cause: error })
  }
}

/** What Nix puts into a store is read-only, directories too. */
async function makeRemovable(folder: string): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await makeRemovable(join(folder, entry.name))
}
