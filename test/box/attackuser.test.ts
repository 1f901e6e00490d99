// What a user of the host gets, who may ask its Nix daemon as everybody may, and who may write notes.
import { afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Finished } from './process.ts'
import { CONFIGURATION } from './ci.ts'
import { answerTo, deployed, mustDeployRecorded, refused, suiteScene } from './recording.ts'
import type { Recorded } from './ci.ts'
import type { SystemSpec } from './system.ts'

jest.setTimeout(120_000)

const config = { recordedSigners: '' }
const scene = suiteScene({ config })

const HOME = '/srv/mallory'
const EVIL = `${HOME}/nixos-system-evil`

/** Nix on most hosts: a daemon that builds for everybody, each build as a user of its own. */
const daemon = `exec env NIX_CONFIG='build-users-group = nixbld' setsid /usr/local/bin/nix-daemon`

beforeAll(async () => {
  await scene().box.must(
    `groupadd nixbld && useradd -g nixbld -G nixbld nixbld1 && useradd -m -d ${HOME} mallory`,
  )
})

afterEach(() => scene().box.run('rm -rf /run/evil'))

/**
 * Asks the daemon, which runs for as long as that takes. It gives the store to the group of its builders; sshd then takes
 * no keys from there, and a NixOS does not have them there.
 */
async function asMallory(command: string): Promise<Finished> {
  const user = 'setpriv --reuid=mallory --regid=mallory --clear-groups'
  const environment = `env HOME=${HOME} NIX_REMOTE=daemon`
  return scene().box.run([
    'sh',
    '-c',
    `sh -c "$1" >/dev/null 2>&1 </dev/null & until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.05; done
    ${user} ${environment} sh -ec "cd ${HOME}; $2"; code=$?; kill $!; wait $! 2>/dev/null
    rm -f /nix/var/nix/daemon-socket/socket
    chown root:root /nix/store && chmod 755 /nix/store
    exit $code`,
    'sh',
    daemon,
    command,
  ])
}

const derivation = `derivation {
  name = "evil"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "/bin/cp -r ${EVIL} $out" ];
}`

/** A commit of main, and in the user's home a system that says it is that commit. */
async function target(spec: SystemSpec): Promise<string> {
  const { box, ci } = scene()
  const rev = await box.commit(ci.host({ ...spec, packages: ['target-1'] }))
  await box.must(`rm -rf ${EVIL} && cp -r /run/current-system/ ${EVIL} && cd ${EVIL} && chmod -R u+w .
    sed -i 's/"configurationRevision":"[0-9a-f]*"/"configurationRevision":"${rev}"/' sw/bin/nixos-version
    echo 'touch /run/evil' >>activation-snippet; chown -R mallory ${EVIL}`)
  return rev
}

const isEvil = async (): Promise<boolean> => (await scene().box.run('test -e /run/evil')).code === 0

// What a host has built, and what is content-addressed, Nix trusts without a signature, whoever has asked for it.
const ways: [string, string][] = [
  ['that he has built himself', 'nix build --impure --no-link --print-out-paths --file evil.nix'],
  ['that is content-addressed', `nix store add ${EVIL}`],
]

/** Has his system in the store, and records it. */
async function recordedBy(command: string, spec: SystemSpec): Promise<Recorded> {
  const rev = await target(spec)
  await scene().box.write(`${HOME}/evil.nix`, derivation)
  const { code, stdout, stderr } = await asMallory(command)
  if (code !== 0) throw new Error(`The daemon has not done it: ${stderr}`)
  const path = stdout.trim()
  await scene().ci.note(rev, `${CONFIGURATION} ${path}`)
  return { rev, path }
}

describe('a user of the host with write access to notes, where recordedSigners is not set', () => {
  test('cannot bring a path that nobody has signed into the store', async () => {
    const { box, ci } = scene()
    const rev = await target({ config })
    const other = await box.commit(ci.host({ config, packages: ['unsigned-1'] }), { branch: 'his' })
    const path = await ci.build(other, { signed: 'nobody' })
    await box.must(`cp -r /srv/ci/cache ${HOME}/cache && chown -R mallory ${HOME}/cache`)
    const copied = await asMallory(`nix copy --no-check-sigs --from file://${HOME}/cache ${path}`)
    expect(copied).toMatchObject({ stderr: expect.stringContaining('signature') as unknown })
    await ci.note(rev, `${CONFIGURATION} ${path}`)
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/is not signed by a key this host trusts/))
  })

  test.each(ways)('becomes root by a system %s', async (_, command) => {
    const { rev, path } = await recordedBy(command, { config })
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
    expect(await isEvil()).toBe(true)
  })
})

describe('a user of the host with write access to notes, where recordedSigners is set', () => {
  beforeAll(() => mustDeployRecorded(scene(), {}))

  test.each(ways)('cannot have a system deployed %s', async (_, command) => {
    const { rev } = await recordedBy(command, {})
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/is signed by none of recordedSigners/))
    expect(await isEvil()).toBe(false)
  })
})
