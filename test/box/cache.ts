import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { locked } from './lock.ts'

/** Where what is made once is kept. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'nix-vps')

/** Short name for a content: equal contents, equal names. */
export function digest(...contents: string[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(`${content.length}:${content}`)
  return hash.digest('hex').slice(0, 16)
}

/** The text of all files below a folder, with their paths. */
export function folderText(folder: string): string {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort()
  return paths.map((path) => `${path.slice(folder.length)}\n${readFileSync(path, 'utf8')}`).join('\n')
}

/**
 * A folder made once: `make` fills a temporary one that appears under its name only when it is whole. A second process
 * that wants the same one waits for the first.
 */
export async function cached(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder, name)
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date())
    return folder
  }
  mkdirSync(cacheFolder, { recursive: true })
  await locked(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await makeWhole(folder, make)
  })
  return folder
}

async function makeWhole(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  for (const entry of readdirSync(cacheFolder).filter((entry) =>
    entry.startsWith(`${basename(folder)}.making-`),
  ))
    rmSync(join(cacheFolder, entry), { recursive: true, force: true })
  const temporary = `${folder}.making-${process.pid}`
  mkdirSync(temporary)
  await make(temporary)
  renameSync(temporary, folder)
}

/** Removes the folders of this prefix that nothing has asked for in a week: made by a recipe that is gone. */
export function forgetUnused(prefix: string): void {
  const aWeekAgo = Date.now() - 7 * 24 * 3_600_000
  const ours = readdirSync(cacheFolder).filter((entry) => entry.startsWith(prefix))
  for (const folder of ours.map((entry) => join(cacheFolder, entry)))
    if (statSync(folder).mtimeMs < aWeekAgo) rmSync(folder, { recursive: true, force: true })
}
