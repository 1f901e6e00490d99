/** A copy of the flake whose inputs are those of this run. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lockFile, lockNodes } from '../lockfile.ts'
import type { Locked } from '../lockfile.ts'
import type { Nix } from '../nix.ts'
import { sources } from '../sources.ts'
import { root } from '../../support/manifest.ts'
import type { Finished } from '../../box/process.ts'
import type { Inputs } from './inputs.ts'

export interface Flake {
  /** `path:…`, to name its outputs by. */
  readonly url: string
  readonly folder: string
  nix(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Finished>
  /** Of commands that are not about its lock. */
  plain(args: readonly string[]): Promise<Finished>
}

/** Said by whatever needs an input that is neither here nor to be fetched. */
const MISSING = 'this input is not at hand:'

/** The inputs an evaluation that failed would have needed. */
export function missingInputs(stderr: string): readonly string[] {
  return [...stderr.matchAll(new RegExp(`${MISSING} ([\\w-]+)`, 'g'))].map(([, name]) => name ?? '')
}

export async function scratchFlake(nix: Nix, inputs: Inputs & { kind: 'here' }): Promise<Flake> {
  const folder = join(nix.folder, 'flake')
  for (const path of sources('nix')) cpSync(join(root, path), join(folder, path.replace(/^nix\//, '')))
  const locked = await Promise.all([
    ...Object.entries(inputs.local).map(async ([name, place]) => entry(name, await stored(nix, place))),
    ...inputs.missing.map(async (name) => entry(name, await standIn(nix, name))),
  ])
  const nodes = { ...lockNodes, ...Object.fromEntries(locked) }
  writeFileSync(join(folder, 'flake.lock'), JSON.stringify({ ...lockFile, nodes }))
  const options = ['--no-update-lock-file', '--no-write-lock-file']
  return {
    url: `path:${folder}`,
    folder,
    plain: (args) => nix.nix(args, { isOnline: inputs.isOnline, timeoutMs: 15 * 60_000 }),
    nix: (args, env = {}) =>
      nix.nix([...args, ...options], { isOnline: inputs.isOnline, env, timeoutMs: 15 * 60_000 }),
  }
}

function entry(name: string, locked: Locked): [string, unknown] {
  return [
    name,
    { ...lockNodes[name], locked: { ...locked, lastModified: lockNodes[name]?.locked?.lastModified } },
  ]
}

/** A tree in the store: named so, it is not copied again by each evaluation. */
async function stored(nix: Nix, place: string): Promise<Locked> {
  const scheme = existsSync(join(place, '.git')) ? 'git+file' : 'path'
  const { code, stdout, stderr } = await nix.nix(
    ['flake', 'prefetch', '--json', `${scheme}://${pathToFileURL(place).pathname}`],
    {
      timeoutMs: 10 * 60_000,
    },
  )
  if (code !== 0) throw new Error(`${place} cannot be used as an input:\n${stderr}`)
  const { hash, storePath } = JSON.parse(stdout) as { hash: string; storePath: string }
  return { type: 'path', path: storePath, narHash: hash }
}

async function standIn(nix: Nix, name: string): Promise<Locked> {
  const folder = join(nix.folder, 'missing', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'flake.nix'), `{ outputs = _: throw "${MISSING} ${name}"; }\n`)
  return stored(nix, folder)
}
