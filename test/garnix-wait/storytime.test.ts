/** What is waited for, and how long. */
import { expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { CLOSURE, MINUTE, OLD, StoryScene, VPS } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

const NAME = 'nixosConfig vps-arm'

test('where GitHub wants to be asked no more, the caches are asked as long as there is time', async () => {
  const uploads = { paths: CLOSURE, everyMs: 10_000 }
  scene.builds([{ name: NAME, ms: 5 * MINUTE, uploads }])
  github.disturb = () => ({ status: 403, headers: { 'retry-after': '3600' } })
  expect(await scene.wait({ 'store-paths': VPS, timeout: '30m' })).toBeUndefined()
  expect(scene.status).toBe('ready')
  expect(scene.minutes).toBeGreaterThan(6)
})

test('an evaluation takes no longer than there is time for the caches', async () => {
  const granted: number[] = []
  scene.run = async ([program], { timeoutMs }) => {
    if (program === 'git') return { code: 0, stdout: '/checkout\n', stderr: '' }
    granted.push(timeoutMs)
    scene.clock.advance(Math.min(timeoutMs, 4 * MINUTE))
    return { code: null, stdout: '', stderr: '' }
  }
  const given = { provider: 'none', configurations: 'vps-arm\nweb\ndb', 'cache-timeout': '6m' }
  expect((await scene.wait(given))?.message).toContain('vps-arm, web, db is not known')
  expect(granted).toEqual([6 * MINUTE, 2 * MINUTE, 1])
  expect(scene.minutes).toBeLessThan(6.1)
})

test('a path that is waited for stays the one, whatever a better route says later', async () => {
  scene.builds([{ name: NAME, uploads: { paths: CLOSURE, everyMs: 90_000 } }])
  scene.disturb = () => {
    if (scene.minutes > 5.5) scene.says([{ path: OLD }])
    return undefined
  }
  expect(await scene.wait()).toBeUndefined()
  expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
  expect(scene.output('closure-paths')).toEqual({ 'vps-arm': 3 })
  expect(scene.warnings()).toEqual([
    `The routes to the store path of vps-arm disagree (the instance's API: ${OLD}; the check run's text: ${VPS}). ${VPS} is waited for.`,
  ])
})
