// What CI may have recorded wrongly, or not at all: refused in one sentence, and nothing is touched.
import { describe, expect, jest, test } from '@jest/globals'
import { CONFIGURATION } from './ci.ts'
import { answerTo, deployed, refused, suiteScene } from './recording.ts'
import type { Recorded } from './ci.ts'

jest.setTimeout(120_000)

const config = { recordedSigners: '' }
const scene = suiteScene({ config })

let systems = 0

/** A commit whose system is in the cache, and nothing is recorded of it. */
async function built(signed: 'ci' | 'thief' | 'nobody' = 'ci', more = {}): Promise<Recorded> {
  const { box, ci } = scene()
  const rev = await box.commit(ci.host({ config, packages: [`refused-${++systems}`], ...more }))
  const path = await ci.build(rev, { signed })
  expect((await box.run(['test', '-e', path])).code).toBe(1)
  return { rev, path }
}

/** Deploys a commit whose note says that. */
async function answerToNote(rev: string, ...lines: string[]): Promise<unknown> {
  await scene().ci.note(rev, ...lines)
  return answerTo(scene(), rev)
}

const line = (path: string): string => `${CONFIGURATION} ${path}`

// It comes first: what is fetched once is expected from then on.
test('a repository in which nothing was ever recorded', async () => {
  const { rev } = await built()
  expect(await answerTo(scene(), rev)).toMatchObject(
    refused(/^No closure was ever recorded in this repository/),
  )
})

test('a commit without a note', async () => {
  const { rev, path } = await built()
  const other = await built()
  await scene().ci.note(rev, line(path))
  const why = new RegExp(`^No closure is recorded for commit ${other.rev} .*no note`)
  expect(await answerTo(scene(), other.rev)).toMatchObject(refused(why))
})

test('a note for another configuration only', async () => {
  const { rev, path } = await built()
  expect(await answerToNote(rev, `vps-x86 ${path}`)).toMatchObject(
    refused(/^No closure of configuration vps-arm .*only for vps-x86/),
  )
})

test('two lines that name different paths', async () => {
  const [one, other] = [await built(), await built()]
  const answer = await answerToNote(other.rev, line(one.path), line(other.path))
  expect(answer).toMatchObject(refused(/^Different closures of vps-arm .*replace/))
})

test.each([
  '/etc',
  '/nix/store',
  '/nix/store/../../etc',
  '/nix/store/x',
  '/other/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-system',
  '/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a/bin',
  '/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-a',
  '/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a$(reboot)',
])('a store path that is none: %s', async (path) => {
  const { rev } = await built()
  expect(await answerToNote(rev, line(path))).toMatchObject(refused(/ is not a path of the store/))
})

test('the path of a derivation, not of what it builds', async () => {
  const { rev } = await built()
  const path = '/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-system.drv'
  expect(await answerToNote(rev, line(path))).toMatchObject(refused(/ is a derivation/))
})

test.each(['--help', '.#evil', 'github:evil/flake'])(
  'what Nix might take for something else: %s',
  async (text) => {
    const { rev } = await built()
    expect(await answerToNote(rev, line(text))).toMatchObject(refused(/^No closure of configuration vps-arm/))
  },
)

test('a path that is not a system', async () => {
  const { rev } = await built('ci', { kernel: '6.12.99' })
  const attribute = `nixosConfigurations."${CONFIGURATION}".config.system.build.toplevel.kernel`
  const path = await scene().ci.build(rev, { attribute })
  expect(await answerToNote(rev, line(path))).toMatchObject(
    refused(/not a NixOS system|switch-to-configuration/),
  )
})

test('the system of another commit', async () => {
  const [one, other] = [await built(), await built()]
  const answer = await answerToNote(other.rev, line(one.path))
  expect(answer).toMatchObject(refused(new RegExp(`built from ${one.rev}, not from commit ${other.rev}`)))
})

test.each([
  ['null', /configurationRevision is null/],
  ['""', /configurationRevision is null/],
  ['"main"', /built from main, not from commit/],
])('a system that does not know its commit: %s', async (revision, why) => {
  const program = '$out/sw/bin/nixos-version'
  const key = '"configurationRevision":'
  const build = `sed -i 's/${key}"[0-9a-f]*"/${key}${revision}/' ${program}`
  const { rev, path } = await built('ci', { build })
  expect(await answerToNote(rev, line(path))).toMatchObject(refused(why))
})

describe('the cache', () => {
  test('has it without a signature', async () => {
    const { rev, path } = await built('nobody')
    expect(await answerToNote(rev, line(path))).toMatchObject(
      refused(/is not signed by a key this host trusts .*the cache has it unsigned/),
    )
  })

  test('has it with the signature of a key that this host does not trust', async () => {
    const { rev, path } = await built('thief')
    expect(await answerToNote(rev, line(path))).toMatchObject(
      refused(/is not signed by a key this host trusts .*the cache has it unsigned/),
    )
  })

  test('does not have it any more; it is deployed once it is there again', async () => {
    const { ci } = scene()
    const { rev, path } = await built()
    await ci.withdraw(path)
    expect(await answerToNote(rev, line(path))).toMatchObject(refused(/^No cache of this host has/))
    await ci.build(rev)
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
  })

  test('has all of it but one path that it needs', async () => {
    const { box, ci } = scene()
    const { rev, path } = await built()
    const closure = await box.must(`/srv/ci/elsewhere nix-store --query --references ${path}`)
    const lacking = closure.split('\n').find((one) => one.endsWith(`-refused-${systems}`)) ?? ''
    await ci.withdraw(lacking)
    expect(await answerToNote(rev, line(path))).toMatchObject(
      refused(new RegExp(`^No cache of this host has \\S+-refused-${systems} of`)),
    )
  })

  test('has it without a signature, and the nix.conf of the host asks for none', async () => {
    const { box } = scene()
    const { rev, path } = await built('nobody')
    const conf = await box.read('/etc/nix/nix.conf')
    await box.write('/etc/nix/nix.conf', `${conf}\nrequire-sigs = false\n`)
    const answer = await answerToNote(rev, line(path))
    await box.write('/etc/nix/nix.conf', `${conf}\n`)
    expect(answer).toMatchObject(
      refused(/is not signed by a key this host trusts .*the cache has it unsigned/),
    )
  })

  test('has it without a signature, and the host has fetched it from there by hand', async () => {
    const { box } = scene()
    const { rev, path } = await built('nobody')
    await box.must(`/usr/local/bin/nix copy --no-check-sigs --from file:///srv/ci/cache ${path}`)
    expect(await answerToNote(rev, line(path))).toMatchObject(
      refused(/is in the store of this host, but was not built here and is not signed by a key/),
    )
  })

  test('says that it has it, and does not', async () => {
    const { ci } = scene()
    const { rev, path } = await built()
    ci.cache.behave('has nothing', /^\/nar\//)
    const answer = await answerToNote(rev, line(path))
    ci.cache.behave('answers')
    expect(answer).toMatchObject(refused(/is no longer in the cache/))
  })
})
