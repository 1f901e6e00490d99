// A host that demands signed commits.
import { expect, jest, test } from '@jest/globals'
import { asked, gate, mustAsk, resultOf, suiteBox } from './asking.ts'
import type { Box, SystemSpec } from './box.ts'
import { deploy, endOf, hostState, leftovers } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(120_000)

const KEYS = '/root/signers'

/** What every system here has: it wants signatures, by the keys it brings along. */
let base: SystemSpec

const box = suiteBox(async (made) => {
  await made.must(`mkdir ${KEYS} && cd ${KEYS}
    for name in known unknown; do ssh-keygen -q -t ed25519 -N '' -f $name; done`)
  base = wanting({ 'allowed-signers': await signer(made, 'known') })
  await mustAsk(made, 'first-one', base)
})

/** A system that wants commits to be signed, with files below /etc. */
function wanting(etc: Readonly<Record<string, string>>, gpgKeyring = ''): SystemSpec {
  const signedCommits = { require: true, allowedSignersFile: '/etc/allowed-signers', gpgKeyring }
  return { config: { settleSeconds: 0, signedCommits }, etc }
}

async function signer(made: Box, key: 'known' | 'unknown'): Promise<string> {
  const [type = '', blob = ''] = (await made.read(`${KEYS}/${key}.pub`)).split(' ')
  return `${key}@example.org ${type} ${blob}\n`
}

/** Puts a signed commit on main, as a maintainer's git does. */
async function signed(spec: SystemSpec, key: 'known' | 'unknown'): Promise<string> {
  const rev = await box().commit({ ...base, ...spec })
  const settings = `-c user.name=A -c user.email=${key}@example.org -c gpg.format=ssh -c user.signingKey=${KEYS}/${key}`
  return box().must(`cd /srv/repo.git
    rev=$(git ${settings} commit-tree -S -p ${rev}~1 -m Signed ${rev}^{tree}) && git update-ref refs/heads/main $rev
    git rev-parse main`)
}

/** What the host, and the step, say to a commit. */
async function answerTo(rev: string): Promise<unknown> {
  const before = await hostState(box())
  const run = await deploy(box(), { rev })
  const end = await endOf(box(), run)
  const message = String((await resultOf(box(), run.outputs['deploy-id'] ?? ''))?.['message'])
  const unchanged = JSON.stringify(end.host) === JSON.stringify(before)
  return {
    status: end.status,
    exitCode: end.exitCode,
    unchanged,
    why: run.log.includes(message) ? message : '',
  }
}

function refused(why: RegExp): unknown {
  return { status: 'refused', exitCode: 65, unchanged: true, why: expect.stringMatching(why) as unknown }
}

test('a commit without a signature is refused', async () => {
  const rev = await box().commit({ ...base, packages: ['unsigned-1'] })
  expect(await answerTo(rev)).toEqual(refused(/^Commit [0-9a-f]{40} is not signed .*it has no signature/))
})

test('a commit that is signed by an unknown key is refused, also if it brings the key along', async () => {
  const both = `${await signer(box(), 'known')}${await signer(box(), 'unknown')}`
  const rev = await signed({ etc: { 'allowed-signers': both } }, 'unknown')
  expect(await answerTo(rev)).toEqual(
    refused(/^Commit [0-9a-f]{40} is not signed by one of the allowed keys/),
  )
})

test('a commit that is signed by an allowed key is deployed', async () => {
  const rev = await signed({ packages: ['signed-1'] }, 'known')
  expect(await answerTo(rev)).toMatchObject({ status: 'deployed', exitCode: 0, unchanged: false })
})

test('no deploy is left to a later one whose commit is not signed', async () => {
  const held = await asked(
    box(),
    `deploy held-1-signed ${await signed({ build: gate.held }, 'known')} switch 0 200`,
  )
  await box().waitFor('/run/vps-deploy/active')
  const good = await asked(
    box(),
    `deploy good-1-signed ${await signed({ packages: ['good-1'] }, 'known')} switch 0 200`,
  )
  const bad = await asked(box(), `deploy bad-1-unsigned ${await box().commit(base)} switch 0 200`)
  await gate.release(box())
  const codes = await Promise.all([held, good, bad].map(async ({ answer }) => (await answer).code))
  expect(codes).toEqual([0, 0, 65])
  expect(await resultOf(box(), 'good-1-signed')).toMatchObject({ status: 'deployed' })
  expect(await leftovers(box())).toBe('')
})

test('a keyring that nobody here can read lets nothing through', async () => {
  const rev = await signed(
    wanting({ 'allowed-signers': await signer(box(), 'known') }, '/etc/keyring'),
    'known',
  )
  expect(await askAnew(box(), `deploy keyring-1 ${rev} switch 0 200`)).toMatchObject({ code: 0 })
  const next = await signed({ packages: ['after-keyring-1'] }, 'known')
  expect(await answerTo(next)).toEqual(refused(/^The keys in \/etc\/keyring cannot be read: /))
})
