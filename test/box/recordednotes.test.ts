// The ref of the notes itself: rewritten, gone, damaged or huge.
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { CONFIGURATION } from './ci.ts'
import { answerTo, deployed, mustDeployRecorded, refused, suiteScene } from './recording.ts'
import type { Recorded } from './ci.ts'

jest.setTimeout(120_000)

const config = { recordedSigners: '' }
const scene = suiteScene({ config })
const REF = 'refs/notes/nixos-closures'

let systems = 0

const recorded = (more = {}): Promise<Recorded> =>
  scene().ci.recorded({ config, packages: [`notes-${++systems}`], ...more })

async function git(command: string, input = ''): Promise<string> {
  return scene().box.must(`git -C /srv/repo.git -c user.name=A -c user.email=a@example.org ${command}`, {
    input,
  })
}

/** The same notes, and another history. */
async function rewrite(): Promise<void> {
  await git(`update-ref ${REF} ${await git(`commit-tree -m Rewritten ${REF}^{tree}`)}`)
}

describe('a ref that', () => {
  let seen: string

  beforeAll(async () => {
    await mustDeployRecorded(scene(), { config })
    seen = await git(`rev-parse ${REF}`)
  })

  test('was rewritten is refused, and the second time too', async () => {
    const { rev } = await recorded()
    await rewrite()
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/^The recorded closures were rewritten: /))
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/^The recorded closures were rewritten: /))
  })

  test('gave way to others whose names begin with its own is refused', async () => {
    const { rev } = await recorded()
    const before = await git(`rev-parse ${REF}`)
    await git(`update-ref ${REF}-2 ${before}`)
    await git(`update-ref -d ${REF}`)
    await git(`update-ref ${REF}/${rev} ${before}`)
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/^The recorded closures are gone: /))
    await git(`update-ref -d ${REF}/${rev}`)
    await git(`update-ref ${REF} ${before}`)
  })

  test('is gone is refused', async () => {
    const { rev } = await recorded()
    await git(`update-ref -d ${REF}`)
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/^The recorded closures are gone: /))
  })

  test('is again what it was, and more, is deployed from', async () => {
    await git(`update-ref ${REF} ${seen}`)
    const { rev, path } = await recorded()
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
  })

  test('was rewritten is deployed from where allowRewind is set', async () => {
    await mustDeployRecorded(scene(), { config: { ...config, allowRewind: true } })
    await rewrite()
    const { rev, path } = await recorded()
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
    // What it has fetched then is what it expects from now on.
    expect(await answerTo(scene(), (await recorded()).rev)).toMatchObject({ status: 'deployed' })
  })
})

describe('a note', () => {
  test('of 10 MB is refused by its size', async () => {
    const { box, ci } = scene()
    const { rev, path } = await recorded()
    const line = `${CONFIGURATION} ${path}`
    await box.must(
      `for i in $(seq 140000); do echo "${line}"; done >/srv/ci/huge; echo ${line} >>/srv/ci/huge`,
    )
    await git(`notes --ref=nixos-closures add --force --file=/srv/ci/huge ${rev}`)
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/ has \d{8} bytes, and no more than/))
    await ci.note(rev, line)
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
  })

  test('with words that are not lines of closures is read for those that are', async () => {
    const { ci } = scene()
    const { rev, path } = await recorded()
    await ci.note(
      rev,
      'Deployed by hand, see the wiki.',
      '',
      'vps-x86 /nix/store/…',
      `${CONFIGURATION} ${path}`,
      '\u0000\u001b[2J',
    )
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
  })

  test('in a tree with one level of folders, or two, is found', async () => {
    for (const cut of ['s|^..|&/|', 's|^\\(..\\)\\(..\\)|\\1/\\2/|']) {
      const { rev, path } = await recorded()
      const blob = await git('hash-object -w --stdin', `${CONFIGURATION} ${path}\n`)
      const fanned = (await scene().box.must(`echo ${rev} | sed '${cut}'`)).trim()
      const stream = `commit ${REF}\ncommitter CI <ci@example.org> 1700000000 +0000\ndata 3\nOne\nfrom ${REF}^0\nD ${rev}\nM 100644 ${blob} ${fanned}\n`
      await git('fast-import --quiet', stream)
      expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
    }
  })
})
