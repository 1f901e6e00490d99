/** What it asks of GitHub: the comment, and how much it costs. */
import { describe, expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { SHA } from './given.ts'
import { CACHE, CLOSURE, ETC, GLIBC, MINUTE, StoryScene, unreachable, VPS } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

const NAME = 'nixosConfig vps-arm'
const KNOWN = { 'store-paths': VPS }

describe('the comment', () => {
  const COMMENTED = { ...KNOWN, comment: 'true' }

  test('is kept on green and on red, also when no time is left', async () => {
    const comments = () => github.state.comments.map(({ body }) => body)
    github.state.addPull({ headSha: SHA })
    scene.hold(CLOSURE)
    expect(await scene.wait(COMMENTED)).toBeUndefined()
    expect(comments()).toEqual([expect.stringContaining('✅ Everything can be fetched')])
    scene.held.delete(`${GLIBC.slice(11, 43)}.narinfo`)
    scene.builds([{ name: NAME, ms: MINUTE, ends: 'failure' }])
    expect(await scene.wait(COMMENTED)).toBeDefined()
    expect(comments()).toEqual([expect.stringContaining('❌ Failed')])
    github.state.runs.length = 0
    expect(await scene.wait({ ...COMMENTED, provider: 'none', timeout: '10s' })).toBeDefined()
    expect(comments()).toEqual([expect.stringContaining('❌ Not everything')])
    scene.builds([{ name: NAME, ms: 60 * MINUTE }])
    github.disturb = ({ path }) => {
      if (path.includes('check-runs') && scene.minutes > 5) scene.clock.advance(MINUTE)
      return undefined
    }
    expect(await scene.wait({ ...COMMENTED, timeout: '10m' })).toBeDefined()
    expect(comments()).toEqual([expect.stringContaining('❌ Out of time')])
  })

  test('is tried for a minute only, as nobody is to wait for it', async () => {
    scene.hold(CLOSURE)
    scene.github = () => unreachable
    expect(await scene.wait(COMMENTED)).toBeUndefined()
    expect(scene.warnings()).toEqual([
      expect.stringMatching(/^The pull request gets no comment: GitHub could/),
    ])
    expect(scene.minutes).toBeLessThanOrEqual(1)
  })

  test('is not waited for when the run is canceled, which is no bug', async () => {
    scene.hold(CLOSURE)
    github.disturb = ({ path }) => {
      if (path.includes('/pulls')) scene.canceling.abort(new Error('canceled by SIGINT'))
      return path.includes('/pulls') ? 'hang' : undefined
    }
    expect(await scene.wait(COMMENTED)).toBeUndefined()
    expect(scene.status).toBe('ready')
    expect(scene.warnings()).toEqual(['The pull request gets no comment: The run was canceled.'])
  })

  test('is left out, and this is said, where GitHub gives no answer', async () => {
    scene.hold(CLOSURE)
    scene.github = () => unreachable
    expect(await scene.wait({ ...COMMENTED, provider: 'none' })).toBeUndefined()
    expect(scene.warnings()).toEqual([
      expect.stringMatching(/^The pull request gets no comment: .*ENOTFOUND/),
    ])
    expect(scene.minutes).toBeLessThan(1.1)
  })

  test('is the only reason to ask GitHub without a CI', async () => {
    github.state.addPull({ headSha: SHA })
    scene.hold(CLOSURE)
    expect(await scene.wait({ ...COMMENTED, provider: 'none' })).toBeUndefined()
    expect(github.state.comments).toHaveLength(1)
    expect(github.exchanges.filter(({ path }) => path.includes('check-runs'))).toEqual([])
  })
})

test.each([
  [1, 60],
  [2, 75],
  [4, 105],
])('half an hour for %i configurations costs at most %i requests', async (count, most) => {
  github.state.addPull({ headSha: SHA })
  const names = Array.from({ length: count }, (_, at) => `c${at}`)
  scene.builds([
    ...names.map((name, at) => ({
      name: `nixosConfig ${name}`,
      ms: (20 + at) * MINUTE,
      uploads: { paths: at === count - 1 ? [GLIBC, ETC, VPS] : [], everyMs: 110_000 },
    })),
    ...Array.from({ length: 120 }, (_, at) => ({ name: `package p${at}`, ms: 30 * MINUTE })),
  ])
  scene.says(names.map((name) => ({ name, path: VPS, isUploaded: true })))
  const given = { configurations: names.join('\n'), comment: 'true', caches: CACHE }
  expect(await scene.wait(given)).toBeUndefined()
  expect(scene.minutes).toBeGreaterThan(26)
  expect(github.state.comments).toHaveLength(1)
  expect(github.counted()).toBeLessThanOrEqual(most)
})
