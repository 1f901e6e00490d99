/** A good end is believed only if what came before it agrees: an old host, a restored one or a liar is not green. */
import { describe, expect, test } from '@jest/globals'
import { FakeDeploy, prepare } from './fakedeploy.ts'
import { answering } from './fakehost.ts'
import { ending, playing, Scene } from './scene.ts'

const ONLY_DEFAULT = { previousSystem: '/nix/store/bbb-new' }

describe('a good end without what must come before it', () => {
  test.each(['deployed', 'unchanged', 'scheduled'])('(%s, never accepted) is red', async (status) => {
    const scene = await playing(async (deploy) => {
      deploy.confirmed()
      deploy.result(status, 0)
    })
    expect(scene.status).toBe('failed')
    expect(scene.message).toBe(
      `95a89711a27f on vps-arm (example.org) ended as '${status}', which does not count as a good end. The host never said that it accepted it.`,
    )
    expect(scene.hint).toBe('Look at the host itself: ssh deploy@example.org status')
  })

  test('(superseded, never accepted) is red, and nobody is followed', async () => {
    const scene = await playing(async (deploy) => {
      deploy.result('superseded', 0, { supersededBy: 'later-deploy' })
    })
    expect(scene.status).toBe('failed')
    expect(scene.host.asked('attach')).toEqual([])
  })

  test('(a later deploy that was never accepted) is red', async () => {
    const scene = new Scene()
    scene.host.script = ending('superseded', 0, { supersededBy: 'later-deploy' })
    const later = new FakeDeploy({ id: 'later-deploy', rev: '7'.repeat(40), mode: 'switch' }, scene.clock)
    scene.host.deploys.set('later-deploy', later)
    later.result('deployed', 0)
    await scene.run()
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain('The host never said that it accepted it.')
  })

  test.each(['switch', 'test'])('(mode %s, deployed, no confirmation) is red', async (mode) => {
    const scene = await playing(
      async (deploy) => {
        await prepare(deploy)
        deploy.result('deployed', 0)
      },
      { mode },
    )
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain("did not wait for the confirmation that 'confirm-timeout' asks for.")
  })

  test('keeps its red colors', async () => {
    const scene = await playing(async (deploy) => {
      deploy.result('rolled-back', 81, { message: 'It broke.' })
    })
    expect(scene.status).toBe('rolled-back')
    expect(scene.message).toContain('was rolled back. It broke.')
  })
})

describe('a system that runs already and only became the default', () => {
  test('needs no confirmation', async () => {
    const scene = await playing(async (deploy) => {
      await prepare(deploy)
      deploy.result('deployed', 0, ONLY_DEFAULT)
    })
    expect(scene.error).toBeUndefined()
    expect(scene.status).toBe('deployed')
  })

  test.each([
    ['was activated', { mode: 'switch', phase: 'activate', systems: ONLY_DEFAULT }],
    ['is only tested', { mode: 'test', phase: 'settle', systems: ONLY_DEFAULT }],
    ['has no name', { mode: 'switch', phase: 'settle', systems: { system: '', previousSystem: '' } }],
  ])('that %s is none', async (_, { mode, phase, systems }) => {
    const scene = await playing(
      async (deploy) => {
        await prepare(deploy)
        await deploy.phase(phase)
        deploy.result('deployed', 0, systems)
      },
      { mode },
    )
    expect(scene.status).toBe('failed')
  })
})

test.each([
  ['switch', 'planned'],
  ['test', 'scheduled'],
  ['test', 'superseded'],
  ['boot', 'planned'],
  ['boot', 'superseded'],
  ['dry-activate', 'deployed'],
  ['dry-activate', 'unchanged'],
])('mode %s does not end as %s', async (mode, status) => {
  const scene = await playing(ending(status, 0, { supersededBy: 'later-deploy' }), { mode })
  expect(scene.status).toBe('failed')
  expect(scene.message).toContain(`That is no good end of a deploy with mode ${mode}.`)
})

test.each([
  ['boot', 'deployed'],
  ['boot', 'unchanged'],
  ['test', 'unchanged'],
])('mode %s may end as %s', async (mode, status) => {
  const scene = await playing(ending(status, 0), { mode })
  expect(scene.status).toBe(status)
  expect(scene.error).toBeUndefined()
})

test('unchanged with another system than before is red', async () => {
  const scene = await playing(ending('unchanged', 0, { previousSystem: '/nix/store/aaa-old' }))
  expect(scene.status).toBe('failed')
  expect(scene.message).toContain("'/nix/store/bbb-new' runs instead of '/nix/store/aaa-old'.")
})

describe('a commit that the runner did not want', () => {
  const UNHEALTHY = { 'health-urls': 'https://one.example/', 'health-timeout': '5s' }

  test('is red when a health URL failed, whoever confirmed it', async () => {
    const scene = new Scene()
    scene.http = async () => ({ status: 500 })
    scene.host.handlers.set('abort', answering('', 65, 'vps-deploy: too late\n'))
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      void deploy.confirmation()
      await scene.clock.sleep(20_000)
      deploy.result('deployed', 0)
    }
    await scene.run(UNHEALTHY)
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain('The runner did not confirm it. https://one.example/ answered 500')
  })

  test('is red when the host refused the confirmation', async () => {
    const scene = new Scene()
    scene.host.handlers.set('confirm', answering('', 65, 'vps-deploy: no\n'))
    scene.host.script = async (deploy) => {
      await prepare(deploy)
      void deploy.confirmation()
      await scene.clock.sleep(1_000)
      deploy.result('deployed', 0)
    }
    await scene.run()
    expect(scene.status).toBe('failed')
    expect(scene.message).toContain('The host refused the confirmation: exit code 65: vps-deploy: no.')
  })
})
