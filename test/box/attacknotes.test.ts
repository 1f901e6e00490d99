// What somebody gets who may write git notes, and branches other than the deployed one.
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { CONFIGURATION } from './ci.ts'
import { answerTo, deployed, mustDeployRecorded, refused, suiteScene } from './recording.ts'
import type { Claim, Recorded } from './ci.ts'
import type { Answered } from './recording.ts'

jest.setTimeout(120_000)

const scene = suiteScene()

const unsigned = /is signed by none of recordedSigners/

let systems = 0

/** A commit on main whose system CI has built, and not recorded. */
async function built(more = {}): Promise<Recorded> {
  const { box, ci } = scene()
  const rev = await box.commit(ci.host({ packages: [`target-${++systems}`], ...more }))
  return { rev, path: await ci.build(rev) }
}

/** What the host makes of a note that holds these lines. */
async function answerToNote(rev: string, ...lines: string[]): Promise<Answered> {
  await scene().ci.note(rev, ...lines)
  return answerTo(scene(), rev)
}

/** A system of a branch that nobody has reviewed, which says of itself that it is that commit. */
async function evilSystem(rev: string): Promise<string> {
  const { box, ci } = scene()
  const build = `sed -i "s/$revision/${rev}/" "$out/sw/bin/nixos-version"`
  const spec = ci.host({ build, activation: 'touch /run/evil', packages: [`evil-${++systems}`] })
  // CI builds every branch, and signs for the cache whatever it has built.
  return ci.build(await box.commit(spec, { branch: 'feature', parent: rev }))
}

const isEvil = async (): Promise<boolean> => (await scene().box.run('test -e /run/evil')).code === 0

describe('a thief with write access to notes and branches, where recordedSigners is set', () => {
  test('cannot have the system of a branch deployed: a line that nobody has signed does not count', async () => {
    const { rev } = await built()
    const line = await scene().ci.line({ rev, path: await evilSystem(rev) })
    expect(await answerToNote(rev, line)).toMatchObject(refused(unsigned))
    expect(await isEvil()).toBe(false)
  })

  test('cannot with a key of his own: his line does not count', async () => {
    const { rev } = await built()
    const line = await scene().ci.line({ rev, path: await evilSystem(rev) }, 'thief')
    expect(await answerToNote(rev, line)).toMatchObject(refused(unsigned))
    expect(await isEvil()).toBe(false)
  })

  test.each<[string, (victim: Recorded) => Partial<Claim>]>([
    ['commit', () => ({ rev: '0123456789abcdef0123456789abcdef01234567' })],
    ['repository', () => ({ repository: 'file:///srv/another' })],
    ['configuration', () => ({ configuration: 'vps-x86' })],
    ['path', ({ path }) => ({ path: path.replace('/nix/store/', '/nix/store/0') })],
    ['purpose', () => ({ namespace: 'git' })],
  ])('cannot with a signature that was made for another %s', async (_, otherwise) => {
    const { ci } = scene()
    const victim = await built()
    const copied = (await ci.line({ ...victim, ...otherwise(victim) }, 'ci')).split(' ')[2] ?? ''
    const line = `${await ci.line(victim)} ${copied}`
    expect(await answerToNote(victim.rev, line)).toMatchObject(refused(unsigned))
  })

  test.each([
    ['four letters', 'AAAA'],
    ['the beginning of a signature', 'U1NIU0lH'],
    ['an armor', '-----BEGIN'],
    ['a command', '$(reboot)'],
    ['very much', 'A'.repeat(100_000)],
    ['what is no text', '\u0001\u00ff\u2028'],
  ])('cannot with garbage in place of a signature: %s', async (_, garbage) => {
    const victim = await built()
    const line = `${await scene().ci.line(victim)} ${garbage}`
    expect(await answerToNote(victim.rev, line)).toMatchObject(refused(/vps-arm/))
  })

  test('does not get into the way of a signed line with unsigned ones beside it', async () => {
    const { ci } = scene()
    const { rev, path } = await built()
    const evil = { rev, path: await evilSystem(rev) }
    const lines = [await ci.line(evil), await ci.line({ rev, path }, 'ci'), await ci.line(evil, 'thief')]
    expect(await answerToNote(rev, ...lines)).toMatchObject(deployed(path))
    expect(await isEvil()).toBe(false)
  })

  test('can keep a commit from being deployed, by a flood of signed lines: it is refused', async () => {
    const { ci } = scene()
    const victim = await built()
    const flood = Array<string>(200).fill(await ci.line(victim, 'thief'))
    const signed = await ci.line(victim, 'ci')
    expect(await answerToNote(victim.rev, ...flood, signed)).toMatchObject(refused(unsigned))
  })

  test('can put back what CI has once signed for this very commit, and nothing else', async () => {
    const { box, ci } = scene()
    const first = await ci.recorded({ packages: ['built-once'] }, 'ci')
    // A build that is not reproducible has another path after a change of the builder; here it is another system.
    const build = `sed -i "s/$revision/${first.rev}/" "$out/sw/bin/nixos-version"`
    const again = ci.host({ packages: ['built-again'], build })
    const path = await ci.build(await box.commit(again, { branch: 'rebuilt', parent: first.rev }))
    const [older, newer] = [await ci.line(first, 'ci'), await ci.line({ rev: first.rev, path }, 'ci')]
    expect(await answerToNote(first.rev, older, newer)).toMatchObject(refused(/^Different closures/))
    await ci.note(first.rev, newer)
    expect(await answerToNote(first.rev, older)).toMatchObject(deployed(first.path))
  })
})

describe('a thief with write access to notes and branches, where recordedSigners is not set', () => {
  beforeAll(() => mustDeployRecorded(scene(), { config: { recordedSigners: '' } }, 'ci'))

  test('becomes root, by a system of a branch that CI has built: README and status say so', async () => {
    const { rev } = await built({ config: { recordedSigners: '' } })
    const evil = await evilSystem(rev)
    expect(await answerToNote(rev, `${CONFIGURATION} ${evil}`)).toMatchObject(deployed(evil))
    expect(await isEvil()).toBe(true)
  })
})
