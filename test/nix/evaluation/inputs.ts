/** Where the inputs of the flake come from in this run. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { lockNodes } from '../lockfile.ts'
import type { Nix } from '../nix.ts'

export type Inputs =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'here'
      /** Trees on this machine, by lock node; every other one is fetched, or missing. */
      readonly local: Readonly<Record<string, string>>
      readonly missing: readonly string[]
      readonly isOnline: boolean
    }

/** The smallest of the inputs: what shows that the others can be fetched too. */
const PROBE = 'impermanence'

export async function inputsAtHand(nix: Nix): Promise<Inputs> {
  const nixpkgs = given('NIXPKGS', ['flake.nix'])
  const folder = given('NIX_INPUTS', Object.keys(lockNodes))
  if (nixpkgs === undefined && folder !== undefined)
    throw new Error('NIX_INPUTS is set and NIXPKGS is not: name a tree of nixpkgs as well.')
  const local = nixpkgs === undefined ? {} : localTrees(nixpkgs, folder)
  const others = Object.keys(lockNodes).filter((name) => name !== 'root' && local[name] === undefined)
  const unreachable = others.length === 0 ? undefined : await whyUnreachable(nix)
  if (unreachable === undefined) return { kind: 'here', local, missing: [], isOnline: others.length > 0 }
  if (nixpkgs !== undefined) return { kind: 'here', local, missing: others, isOnline: false }
  return {
    kind: 'none',
    why: `no nixpkgs: NIXPKGS names none, and the inputs cannot be fetched: ${unreachable}`,
  }
}

/** Set but wrong is an error: whoever names a nixpkgs wants these tests. */
function given(name: string, parts: readonly string[]): string | undefined {
  const value = process.env[name]
  if (value === undefined || value === '') return undefined
  if (!parts.some((part) => existsSync(join(value, part))))
    throw new Error(`${name} is '${value}', which holds none of these: ${parts.join(', ')}.`)
  return resolve(value)
}

function localTrees(nixpkgs: string, folder: string | undefined): Record<string, string> {
  const places = Object.keys(lockNodes)
    .filter((name) => name !== 'root' && name !== 'nixpkgs' && folder !== undefined)
    .map((name): [string, string] => [name, join(folder ?? '', name)])
    .filter(([, place]) => existsSync(place))
  return { ...Object.fromEntries(places), nixpkgs }
}

async function whyUnreachable(nix: Nix): Promise<string | undefined> {
  const { owner, repo, rev } = lockNodes[PROBE]?.locked ?? {}
  const patience = ['--option', 'connect-timeout', '5', '--option', 'download-attempts', '1']
  const args = ['flake', 'prefetch', ...patience, `github:${owner ?? ''}/${repo ?? ''}/${rev ?? ''}`]
  try {
    const { code, stderr } = await nix.nix(args, { isOnline: true, timeoutMs: 15_000 })
    return code === 0 ? undefined : lastLine(stderr)
  } catch {
    return 'no answer within 15 s'
  }
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? ''
  // libcurl's own words are the ones that help.
  return /: ([^:]+\(\d+\)[^)]*)\)?$/.exec(line)?.[1] ?? line
}
