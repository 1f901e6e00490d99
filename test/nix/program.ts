import { accessSync, constants, readFileSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cached, digest } from '../box/cache.ts'
import { debianArchitecture, debianMirror, script } from '../box/layers.ts'
import { must, run } from '../box/process.ts'

/** Where a Nix is, and how its programs are started: by the loader of the libraries it came with, if they are its own. */
export interface NixProgram {
  readonly version: string
  readonly argv: (program: 'nix' | 'nix-instantiate') => readonly string[]
}

/** Older ones write other lock files, or lack commands the tests use. */
const OLDEST = [2, 18] as const

let found: Promise<NixProgram> | undefined

/** The Nix of NIX_BIN or PATH, else Debian's, unpacked once into the user's cache; rejects, saying why there is none. */
export async function nixProgram(): Promise<NixProgram> {
  found ??= findNix()
  return found
}

async function findNix(): Promise<NixProgram> {
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'nix'))
  const chosen = process.env['NIX_BIN']
  for (const place of chosen === undefined || chosen === '' ? places : [chosen]) {
    if (!isExecutable(place)) continue
    const version = await versionOf([place])
    if (isNewEnough(version)) return { version, argv: (program) => [join(place, '..', program)] }
  }
  return debianNix()
}

async function debianNix(): Promise<NixProgram> {
  const recipe = readFileSync(script('fetch-nix.sh'), 'utf8')
  const folder = await cached(`nix-${digest(recipe, process.arch)}`, unpack)
  const libraries = entryOf(join(folder, 'usr/lib'), /-linux-gnu$/)
  const loader = entryOf(libraries, /^ld-linux-/)
  const argv = (program: string): readonly string[] => [
    loader,
    '--library-path',
    libraries,
    join(folder, 'usr/bin', program),
  ]
  return { version: await versionOf(argv('nix')), argv }
}

async function unpack(folder: string): Promise<void> {
  const mirror = await debianMirror()
  await must(['sh', script('fetch-nix.sh'), folder, mirror, debianArchitecture], { timeoutMs: 10 * 60_000 })
}

function entryOf(folder: string, pattern: RegExp): string {
  const name = readdirSync(folder).find((entry) => pattern.test(entry))
  if (name === undefined) throw new Error(`${folder} holds nothing like ${pattern}.`)
  return join(folder, name)
}

async function versionOf(argv: readonly string[]): Promise<string> {
  const { stdout } = await run([...argv, '--version'])
  return /(\d+\.\d+\S*)/.exec(stdout)?.[1] ?? ''
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
