import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { evalRoute } from '../../actions/garnix-wait/evalroute.ts'
import { runProgram } from '../../actions/shared/adapters/process.ts'
import type { RunProgram } from '../../actions/shared/ports.ts'
import { privateNix, type Nix } from '../nix/nix.ts'

/** Configurations without nixpkgs: what is asked of them is a derivation below the same names. */
const flake = (label: string) => `{
  outputs = _:
    let
      system = name: {
        config.system.build.toplevel = derivation {
          name = "nixos-system-\${name}-${label}";
          system = "aarch64-linux";
          builder = "/bin/sh";
        };
      };
    in
    {
      nixosConfigurations = {
        web = system "web";
        "a.b" = system "dotted";
        odd' = system "odd";
        broken = throw "there is no disk";
        number = { config.system.build.toplevel.outPath = "/etc/passwd"; };
      };
    };
}
`

let nix: Nix
/** Names in it that an address has to hide. */
const root = mkdtempSync(join(tmpdir(), 'nix-vps-eval #?%25 '))
const checkout = join(root, 'checkout')
let first = ''
let second = ''

function git(folder: string, ...args: readonly string[]): string {
  const settings = ['-c', 'user.name=me', '-c', 'user.email=me@example.org', '-c', 'commit.gpgsign=false']
  return execFileSync('git', ['-C', folder, ...settings, ...args], { encoding: 'utf8' }).trim()
}

function committed(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(checkout, name, '..'), { recursive: true })
    writeFileSync(join(checkout, name), text)
  }
  git(checkout, 'add', '-A')
  git(checkout, 'commit', '-qm', 'files')
  return git(checkout, 'rev-parse', 'HEAD')
}

/** The programs of this machine, and the tests' own Nix. */
const run: RunProgram = async ([program = '', ...args], options) =>
  program === 'nix' ? nix.nix(args, options) : runProgram([program, ...args], options)

const routeFor = (sha: string, workspace = checkout) => evalRoute({ run, workspace, sha, timeoutMs: 60_000 })

async function saidFor(
  sha: string,
  names: readonly string[],
  workspace = checkout,
): Promise<readonly string[]> {
  const replies = await routeFor(sha, workspace).ask(names)
  return names.map((name) => {
    const reply = replies.get(name)
    return reply === undefined ? 'nothing' : (reply.path ?? reply.words)
  })
}

/** The same derivation, without a flake. */
async function pathOf(name: string): Promise<unknown> {
  const attributes = `name = "nixos-system-${name}"; system = "aarch64-linux"; builder = "/bin/sh";`
  return nix.value(`(derivation { ${attributes} }).outPath`)
}

beforeAll(async () => {
  nix = await privateNix()
  mkdirSync(checkout)
  git(checkout, 'init', '-q')
  first = committed({ 'flake.nix': flake('26.05') })
  second = committed({ 'flake.nix': flake('26.11') })
  writeFileSync(join(checkout, 'flake.nix'), flake('dirty'))
}, 600_000)

afterAll(async () => {
  await nix[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

describe('the path that nix evaluates', () => {
  test('is that of the commit, whatever else the checkout has', async () => {
    expect(await saidFor(first, ['web'])).toEqual([await pathOf('web-26.05')])
    expect(await saidFor(second, ['web', 'a.b', "odd'"])).toEqual([
      await pathOf('web-26.11'),
      await pathOf('dotted-26.11'),
      await pathOf('odd-26.11'),
    ])
  })

  test('is found in a shallow clone, from a folder below it', async () => {
    const clone = join(root, 'shallow')
    git(
      root,
      'clone',
      '-q',
      '--depth=1',
      `file://${encodeURI(checkout).replaceAll('#', '%23').replaceAll('?', '%3F')}`,
      clone,
    )
    mkdirSync(join(clone, 'below'))
    expect(await saidFor(second, ['web'], join(clone, 'below'))).toEqual([await pathOf('web-26.11')])
    const [words] = await saidFor(first, ['web'], clone)
    expect(words).toMatch(/^.*shallow\/?.* holds no checkout that has the commit: fatal: /)
  })

  test('is looked for where garnix.yaml says that the flake is', async () => {
    for (const line of ['flakeDir: nix', 'flakeDir: "./nix/" # there', "flakeDir:   'nix'"]) {
      const sha = committed({
        'nix/flake.nix': flake(line.length.toString()),
        'garnix.yaml': `${line}\nbuilds: []\n`,
      })
      expect(await saidFor(sha, ['web'])).toEqual([await pathOf(`web-${line.length}`)])
    }
    const sha = committed({ 'garnix.yaml': 'flakeDir: ../elsewhere\n' })
    expect(await saidFor(sha, ['web', 'a.b'])).toEqual(
      Array(2).fill("garnix.yaml's 'flakeDir' is no folder below the repository"),
    )
    const absolute = committed({ 'garnix.yaml': 'flakeDir: /etc\n' })
    expect(await saidFor(absolute, ['web'])).toEqual([
      "garnix.yaml's 'flakeDir' is no folder below the repository",
    ])
  })

  test('is not there for what cannot be evaluated, and is for the others', async () => {
    const said = await saidFor(second, ['broken', 'none', 'number', 'web'])
    expect(said[0]).toMatch(/^nix ended with 1: error: there is no disk$/)
    expect(said[1]).toMatch(/^nix ended with 1: error: .*none.*$/)
    expect(said[2]).toMatch(/^'\/etc\/passwd' is no store path/)
    expect(said[3]).toBe(await pathOf('web-26.11'))
  })
})

test('a real folder that is no checkout is told by git', async () => {
  const [words] = await saidFor(second, ['web'], root)
  expect(words).toMatch(/holds no checkout that has the commit: fatal: not a git repository/)
})
