// What somebody gets who has the key that deploys. What he gets of the protocol itself, hostile.test.ts and policy.test.ts tell.
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { answerTo, deployed, mustDeployRecorded, refused, suiteScene } from './recording.ts'

jest.setTimeout(120_000)

const scene = suiteScene()

beforeAll(() => mustDeployRecorded(scene(), {}, 'ci'))

describe('a thief with the deploy key', () => {
  test('cannot deploy a commit of main that CI has not recorded', async () => {
    const { box, ci } = scene()
    const rev = await box.commit(ci.host({ activation: 'touch /run/evil' }))
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/^No closure is recorded for commit/))
  })

  test('cannot deploy a commit of another branch, though CI has recorded it', async () => {
    const { box, ci } = scene()
    const rev = await box.commit(ci.host({ packages: ['branch-1'] }), { branch: 'feature' })
    await ci.note(rev, await ci.line({ rev, path: await ci.build(rev) }, 'ci'))
    expect(await answerTo(scene(), rev)).toMatchObject(refused(/not on .*main/))
  })

  test('cannot go back to an older system, though CI has recorded it', async () => {
    const older = await mustDeployRecorded(scene(), { packages: ['older-1'] }, 'ci')
    const newer = await mustDeployRecorded(scene(), { packages: ['newer-1'] }, 'ci')
    expect(newer.path).not.toBe(older.path)
    expect(await answerTo(scene(), older.rev)).toMatchObject(refused(/^Rewind: /))
  })

  test.each(['test', 'boot', 'dry-activate'])('cannot do so in mode %s either', async (mode) => {
    const { box, ci } = scene()
    const rev = await box.commit(ci.host({ activation: 'touch /run/evil' }))
    expect(await answerTo(scene(), rev, mode)).toMatchObject(refused(/^No closure is recorded for commit/))
  })

  test('can deploy what is on main and recorded, and no more', async () => {
    const { rev, path } = await scene().ci.recorded({ packages: ['current-1'] }, 'ci')
    expect(await answerTo(scene(), rev)).toMatchObject(deployed(path))
    expect((await scene().box.run('test -e /run/evil')).code).toBe(1)
  })
})
