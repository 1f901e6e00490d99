// What somebody gets who may write into the binary cache, or has the key it signs with, or is a user of the host.
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { watchExecutions } from './executions.ts'
import type { Executions } from './executions.ts'
import { answerTo, deployed, refused, suiteScene } from './recording.ts'
import type { Recorded } from './ci.ts'

jest.setTimeout(120_000)

const scene = suiteScene()
let executions: Executions

beforeAll(async () => {
  executions = await watchExecutions(scene().box)
})

let systems = 0

const evil = 'touch /run/evil'
const isEvil = async (): Promise<boolean> => (await scene().box.run('test -e /run/evil')).code === 0

/** A commit whose system CI has recorded, and its signature by a key; `build` is a part of how it is built. */
async function recorded(build = ':'): Promise<Recorded> {
  return scene().ci.recorded({ build, packages: [`system-${++systems}`] }, 'ci')
}

/** In the CI's store and in the cache: another content under the same path, with the signature of that key. */
async function replace({ path }: Recorded, owner: 'ci' | 'thief'): Promise<void> {
  const { box, ci } = scene()
  await ci.withdraw(path)
  await box.must(`/srv/ci/elsewhere sh -ec '
    chmod -R u+w ${path} && echo "${evil}" >>${path}/activation-snippet
    refs=$(nix-store --query --references ${path})
    { echo ${path}; echo; echo "$refs" | wc -l; echo "$refs"; } | nix-store --register-validity --reregister
    nix copy --to "file:///srv/ci/cache?secret-key=/srv/ci/${owner}.secret" ${path}'`)
}

/** What root has executed of a system, since the last time it was asked. */
async function executedOf({ path }: Recorded): Promise<string[]> {
  return Object.keys(await executions.of(0)).filter((file) => file.startsWith(path))
}

describe('a thief with write access to the cache, but not its key', () => {
  test('cannot replace a system that is recorded: his signature is not that of a key this host trusts', async () => {
    const victim = await recorded()
    await replace(victim, 'thief')
    expect(await answerTo(scene(), victim.rev)).toMatchObject(
      refused(/is not signed by a key this host trusts/),
    )
    expect(await isEvil()).toBe(false)
  })

  test('cannot change a file of it either: its content is not what was signed', async () => {
    const { box } = scene()
    const victim = await recorded()
    const narinfo = `/srv/ci/cache/${victim.path.slice('/nix/store/'.length).slice(0, 32)}.narinfo`
    const nar = await box.must(`sed -n 's/^URL: //p' ${narinfo}`)
    await box.must(
      `cd /srv/ci/cache && cp ${nar} /srv/ci/kept.nar && printf evil | dd of=${nar} bs=1 seek=200 conv=notrunc`,
    )
    expect(await answerTo(scene(), victim.rev)).toMatchObject({
      code: 69,
      status: 'failed',
      isUntouched: true,
      left: '',
    })
    await box.must(`cp /srv/ci/kept.nar /srv/ci/cache/${nar}`)
    expect(await answerTo(scene(), victim.rev)).toMatchObject(deployed(victim.path))
  })
})

describe("a thief with the cache's key, but not that of a signer", () => {
  test('cannot have a system of his own deployed: no signer has recorded it', async () => {
    const { box, ci } = scene()
    const rev = await box.commit(ci.host({ packages: [`system-${++systems}`] }))
    const spec = ci.host({ activation: evil, packages: [`system-${++systems}`] })
    const path = await ci.build(await box.commit(spec, { branch: 'his', parent: rev }))
    await ci.note(rev, await ci.line({ rev, path }, 'thief'))
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/is signed by none of recordedSigners/))
    expect(await isEvil()).toBe(false)
  })

  test('becomes root all the same, by another content under the path that a signer has recorded', async () => {
    const victim = await recorded()
    await replace(victim, 'ci')
    expect(await answerTo(scene(), victim.rev)).toMatchObject(deployed(victim.path))
    expect(await isEvil()).toBe(true)
    await scene().box.must('rm /run/evil')
  })
})

describe('a system that is refused', () => {
  test('has not run: not even the program that tells what commit it is', async () => {
    const { ci } = scene()
    const other = await recorded(`printf '#!/bin/sh\\n${evil}\\n' >"$out/sw/bin/nixos-version"
      cp "$out/sw/bin/nixos-version" "$out/bin/switch-to-configuration"`)
    const victim = await recorded()
    const lying = { rev: victim.rev, path: other.path }
    await ci.note(victim.rev, await ci.line(lying, 'ci'))
    await executions.of(0)
    expect(await answerTo(scene(), victim.rev)).toMatchObject(refused(/configurationRevision|built from/))
    expect(await executedOf(other)).toEqual([])
    expect(await isEvil()).toBe(false)
    expect(await answerTo(scene(), other.rev)).toMatchObject(refused(/configurationRevision|built from/))
    expect(await executedOf(other)).toEqual([])
  })

  test('is seen to run once it is deployed', async () => {
    const good = await recorded()
    await executions.of(0)
    expect(await answerTo(scene(), good.rev)).toMatchObject(deployed(good.path))
    expect(await executedOf(good)).toContain(`${good.path}/bin/switch-to-configuration`)
  })
})
