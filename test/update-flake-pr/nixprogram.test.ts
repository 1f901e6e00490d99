import { expect, test } from '@jest/globals'
import type { Finished, RunOptions } from '../../actions/shared/ports.ts'
import { findNix } from '../../actions/update-flake-pr/nixprogram.ts'
import { RecordingLog } from '../support/fakes.ts'

const INSTALLED = { argv: ['/ld.so', '/nix'], env: { NIX_SSL_CERT_FILE: '/certs' } }

function says(stdout: string, code: number | null = 0, stderr = ''): Finished {
  return { code, stdout, stderr }
}

/** What `nix --version` says, by the first word of its argv. */
function worldOf(answers: Readonly<Record<string, Finished>>) {
  const log = new RecordingLog()
  const seen = { disposed: 0, environments: [] as RunOptions['env'][] }
  const scratch = {
    path: '/tmp/a b',
    read: async () => undefined,
    [Symbol.asyncDispose]: async () => {
      seen.disposed++
    },
  }
  const run = async ([program = '']: readonly string[], { env }: RunOptions) => {
    seen.environments.push(env)
    return answers[program]
  }
  const files = { read: async () => undefined, scratch: async () => scratch }
  const installNix = async () => INSTALLED
  return { run, files, installNix, log, cancel: new AbortController().signal, seen }
}

const IF_MISSING = { installNix: 'if-missing', release: undefined } as const
const NEVER = { ...IF_MISSING, installNix: 'never' } as const
const NEW = says('nix (Nix) 2.26.3\n')

test('the Nix of PATH is used if it is new enough, and nothing is made for it', async () => {
  const world = worldOf({ nix: says('nix (Nix) 2.19.0\n') })
  await using nix = await findNix(IF_MISSING, world)
  expect(nix).toMatchObject({ argv: ['nix'], env: {}, syntax: 'positional', version: { name: 'Nix 2.19.0' } })
  expect(world.log.entries).toEqual([])
})

test.each([
  ['there is none', {}, 'There is no Nix on PATH'],
  ['it is old', { nix: says('nix (Nix) 2.18.9\n') }, 'Nix 2.18.9 is old'],
  ['it is very old', { nix: says('nix (Nix) 2.8.0\n') }, 'Nix 2.8.0 is too old'],
  [
    'it does not run',
    { nix: says('', 127, 'cannot open shared object\nmore') },
    "'nix --version' fails: cannot open shared object",
  ],
  [
    'its configuration is wrong',
    { nix: says('', 1, "error: syntax error in configuration line 'access-tokens x=ghp_1' in 'NIX_CONFIG'") },
    "'nix --version' fails: error: syntax error in configuration line '…' in 'NIX_CONFIG'",
  ],
  ['it says nothing', { nix: says('', null) }, "'nix --version' fails: it says nothing"],
  [
    'it is something else',
    { nix: says('bash 5.2\n') },
    "'nix --version' says 'bash 5.2', which is no version of Nix",
  ],
])('a release is installed where %s', async (_, answers, words) => {
  const world = worldOf({ ...answers, '/ld.so': NEW })
  await using nix = await findNix(IF_MISSING, world)
  expect(nix).toMatchObject({ argv: INSTALLED.argv, syntax: 'positional' })
  expect(world.log.of('info')).toEqual([`${words}: a release of Nix is used that needs no installation.`])
})

test('an installed one has a store of its own, which is removed in the end', async () => {
  const world = worldOf({ '/ld.so': NEW })
  const nix = await findNix(IF_MISSING, world)
  const store = { NIX_REMOTE: 'local?root=%2Ftmp%2Fa%20b', NIX_CONF_DIR: '/tmp/a b/conf' }
  expect(nix.env).toMatchObject({ ...INSTALLED.env, ...store })
  expect([world.seen.environments.at(-1), world.seen.disposed]).toEqual([nix.env, 0])
  await nix[Symbol.asyncDispose]()
  expect(world.seen.disposed).toBe(1)
})

test('an installed one that does not run is of no use', async () => {
  const world = worldOf({ '/ld.so': says('', 1, 'bad ELF') })
  await expect(findNix(IF_MISSING, world)).rejects.toMatchObject({
    message: "The Nix that was installed is of no use: 'nix --version' fails: bad ELF.",
  })
  expect(world.seen.disposed).toBe(1)
})

test("with 'never' an old one is used as it wants to be", async () => {
  await using nix = await findNix(NEVER, worldOf({ nix: says('nix (Nix) 2.15.0\n') }))
  expect(nix).toMatchObject({ argv: ['nix'], syntax: 'update-input' })
})

test("with 'never' a useless one is an error", async () => {
  await expect(findNix(NEVER, worldOf({ nix: says('nix (Nix) 2.8.0\n') }))).rejects.toMatchObject({
    message: "Nix 2.8.0 is too old, and 'install-nix' is 'never'.",
    hint: expect.stringContaining('2.15'),
  })
})
