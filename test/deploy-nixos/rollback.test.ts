/** Mode rollback: the system before the current one, which the host knows and the action only hears of. */
import { describe, expect, test } from '@jest/globals'
import type { FakeDeploy } from './fakedeploy.ts'
import { answering } from './fakehost.ts'
import { BEFORE, KIND, rolling, willing } from './rollbackscene.ts'
import { ID, REV, Scene } from './scene.ts'

async function goBack(deploy: FakeDeploy): Promise<void> {
  await deploy.phase('activate')
  const decision = await deploy.confirmation()
  deploy.result(
    decision === 'confirmed' ? 'deployed' : 'rolled-back',
    decision === 'confirmed' ? 0 : 81,
    KIND,
  )
}

describe('a rollback', () => {
  test('asks for no commit, is confirmed, and tells the commit that the host says', async () => {
    const scene = await rolling(goBack)
    expect(scene.error).toBeUndefined()
    expect(scene.host.asked('rollback')).toEqual([`rollback ${ID} 90 1680`])
    expect(scene.host.asked('deploy')).toEqual([])
    expect(scene.host.asked('confirm')).toHaveLength(1)
    expect(scene.outputs.values).toMatchObject({
      status: 'deployed',
      rev: BEFORE,
      system: '/nix/store/bbb-new',
    })
    expect(scene.lines[0]).toBe('info Taking example.org back to the system before the current one …')
    expect(scene.lines.at(-1)).toContain(
      'vps-arm (example.org) is back on the system before, 777777777777. (deployed',
    )
    expect(scene.summary.markdown).toContain(
      '### ✅ Back on the system before: <code>777777777777</code> on vps-arm (example.org)\n',
    )
    expect(`${scene.summary.markdown}${scene.lines.join('\n')}`).not.toContain(REV.slice(0, 12))
  })

  test('claims no commit where the system names none', async () => {
    for (const rev of [null, `${BEFORE}-dirty`, 'x\ny']) {
      const scene = await rolling((deploy) => {
        deploy.result('unchanged', 0, { ...KIND, rev })
      })
      expect(scene.outputs.values).toMatchObject({ status: 'unchanged', rev: '' })
    }
    const scene = await rolling((deploy) => {
      deploy.confirmed()
      deploy.result('deployed', 0, { ...KIND, rev: null })
    })
    expect(scene.lines.at(-1)).toContain('vps-arm (example.org) is back on the system before. (deployed')
    expect(scene.summary.markdown).toContain('### ✅ Back on the system before: vps-arm (example.org)\n')
  })

  test('needs no commit of the event', async () => {
    const scene = await rolling(goBack, { rev: '' })
    expect(scene.status).toBe('deployed')
  })

  test('that the new health of is bad is undone, which is not called a rollback', async () => {
    const scene = new Scene()
    scene.http = async () => ({ status: 500 })
    willing(scene, goBack)
    await scene.run({ mode: 'rollback', 'health-urls': 'https://one.example/', 'health-timeout': '5s' })
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain('The rollback on vps-arm (example.org) was undone. https://one.example/')
    expect(scene.summary.markdown).toContain('### ❌ Rollback undone: <code>777777777777</code> on vps-arm')
  })

  test('that the host does not allow is refused, with the name of the option', async () => {
    const scene = new Scene()
    const words = 'vps-deploy: this host does not take rollback requests: … (allowRollback)'
    scene.host.handlers.set('rollback', answering('', 65, words))
    await scene.run({ mode: 'rollback' })
    expect(scene.status).toBe('refused')
    expect(scene.message).toBe(`The rollback on vps-arm (example.org) was refused. ${words}`)
    expect(scene.outputs.values['rev']).toBe('')
    expect(scene.summary.markdown).toContain('### ❌ Rollback refused: vps-arm (example.org)\n')
    expect(scene.summary.markdown).toContain('#the-rollback-on--was-refused)')
  })

  test.each([{ kind: 'deploy' }, { mode: 'boot' }, { id: 'another-deploy' }])(
    'that was taken for something else (%j) is red',
    async (fields) => {
      const scene = new Scene()
      willing(scene, () => {}, fields)
      await scene.run({ mode: 'rollback' })
      expect(scene.status).toBe('failed')
      expect(scene.message).toContain('The host answered for another deploy')
    },
  )

  test('is taken from an older host, which does not say the kind', async () => {
    const scene = new Scene()
    willing(scene, goBack, { kind: undefined })
    await scene.run({ mode: 'rollback' })
    expect(scene.status).toBe('deployed')
  })

  test.each(['planned', 'superseded'])('does not end as %s', async (status) => {
    const scene = await rolling((deploy) => {
      deploy.result(status, 0, KIND)
    })
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain('That is no good end of a deploy with mode rollback.')
  })

  test('that nobody was asked to confirm is red', async () => {
    const scene = await rolling(async (deploy) => {
      await deploy.phase('activate')
      deploy.result('deployed', 0, KIND)
    })
    expect(scene.message).toContain(
      "The rollback on vps-arm (example.org) ended as 'deployed', which does not count",
    )
  })
})
