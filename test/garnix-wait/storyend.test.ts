/** When it ends: as soon as it can, no sooner, and then it is over. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { SHA } from './given.ts'
import { CLOSURE, ETC, GLIBC, MINUTE, StoryScene, VPS } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

const NAME = 'nixosConfig vps-arm'
const KNOWN = { 'store-paths': VPS }

/** Does it once, as soon as that many minutes have passed and somebody asks a cache. */
function after(minutes: number, act: () => void): void {
  scene.disturb = () => {
    if (scene.minutes >= minutes) act()
    return undefined
  }
}

test('nobody is asked any more when everything is there while the build goes on', async () => {
  scene.builds([{ name: NAME, ms: 60 * MINUTE }])
  after(2, () => {
    scene.hold(CLOSURE)
  })
  expect(await scene.wait(KNOWN)).toBeUndefined()
  const { minutes } = scene
  for (let turns = 0; turns < 100; turns++) await turn()
  expect(scene.minutes).toBe(minutes)
})

test('the caches are looked at once more after the build has failed', async () => {
  github.state.addRun({ sha: SHA, name: NAME, status: 'completed', conclusion: 'failure' })
  scene.hold([VPS, ETC])
  after(1_500 / MINUTE, () => {
    scene.hold([GLIBC])
  })
  expect(await scene.wait(KNOWN)).toBeUndefined()
  expect(scene.status).toBe('ready')
})

test('the caches are looked at as soon as the build is seen to be green', async () => {
  scene.builds([{ name: NAME, ms: 10 * MINUTE }])
  let greenMs = 0
  github.disturb = ({ path }) => {
    if (greenMs === 0 && path.includes('check-runs') && scene.minutes > 11) {
      greenMs = scene.clock.now()
      scene.hold(CLOSURE)
    }
    return undefined
  }
  expect(await scene.wait(KNOWN)).toBeUndefined()
  expect(greenMs).toBeGreaterThan(0)
  expect(scene.clock.now() - greenMs).toBeLessThan(100)
})

test('a path that still arrives is a reason to wait on', async () => {
  scene.builds([{ name: NAME, ms: MINUTE }])
  scene.says([{ wasAlreadyBuilt: true, isUploaded: true }])
  scene.hold([VPS])
  after(6, () => {
    scene.hold([ETC])
  })
  expect(await scene.wait(KNOWN)).toBeDefined()
  expect(scene.status).toBe('missing')
  // Five minutes after the last one.
  expect(scene.minutes).toBeGreaterThan(10.9)
  expect(scene.minutes).toBeLessThan(12)
})
