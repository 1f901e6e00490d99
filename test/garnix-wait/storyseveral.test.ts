/** Several configurations in one wait. */
import { describe, expect, test } from '@jest/globals'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { CLOSURE, GLIBC, MINUTE, StoryScene, VPS, WEB } from './storyscene.ts'

let scene: StoryScene

withSharedGitHub((github) => {
  scene = StoryScene.at(github)
})

const NAME = 'nixosConfig vps-arm'

describe('several configurations', () => {
  const BOTH = { configurations: 'vps-arm\nweb' }
  const PATHS = { ...BOTH, 'store-paths': `vps-arm=${VPS}\nweb=${WEB}` }

  test('are ready together, and what they share is asked for once', async () => {
    scene.hold([...CLOSURE, WEB])
    expect(await scene.wait(PATHS)).toBeUndefined()
    expect(scene.output('closure-paths')).toEqual({ 'vps-arm': 3, web: 2 })
    expect(scene.fetched.filter((url) => url.includes(GLIBC.slice(11, 43)))).toHaveLength(1)
    expect(scene.log.of('info').at(-1)).toMatch(/^Everything of vps-arm, web can be fetched\./)
  })

  test('are red when one of them is', async () => {
    scene.builds([
      { name: NAME, uploads: { paths: CLOSURE, everyMs: 0 } },
      { name: 'nixosConfig web', ms: 4 * MINUTE, ends: 'failure' },
    ])
    expect((await scene.wait(BOTH))?.message).toContain("'nixosConfig web' of 95a89711a27f ended with")
    expect(scene.status).toBe('failed')
  })

  test('are missing when one of them is', async () => {
    scene.hold([...CLOSURE])
    scene.builds([{ name: NAME }, { name: 'nixosConfig web' }])
    expect((await scene.wait(PATHS))?.message).toBe('A path of the closure cannot be fetched.')
    expect(scene.output('missing')).toEqual([{ path: WEB, neededBy: [] }])
    expect(scene.output('closure-paths')).toEqual({ 'vps-arm': 3 })
  })

  test('have each their own path from the API, and need no CI where all is there', async () => {
    scene.builds([{ name: NAME }, { name: 'nixosConfig web', ms: 5 * MINUTE, ends: 'failure' }])
    scene.hold([...CLOSURE, WEB])
    scene.says([{ path: VPS }, { name: 'web', path: WEB }])
    expect(await scene.wait(BOTH)).toBeUndefined()
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS, web: WEB })
    expect(scene.minutes).toBeLessThan(3)
  })

  test('are waited for where only one path is known early', async () => {
    scene.builds([{ name: NAME }, { name: 'nixosConfig web', ms: 5 * MINUTE }])
    scene.hold([...CLOSURE, WEB])
    scene.says([{ path: VPS }, { name: 'web', path: WEB, status: undefined }])
    scene.disturb = () => {
      if (scene.minutes > 7) scene.says([{ path: VPS }, { name: 'web', path: WEB }])
      return undefined
    }
    expect(await scene.wait(BOTH)).toBeUndefined()
    expect(scene.minutes).toBeGreaterThan(6)
  })
})
