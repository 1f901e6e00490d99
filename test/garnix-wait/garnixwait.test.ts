import { describe, expect, test } from '@jest/globals'
import { ChecksScene, SHA } from '../support/checks.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'

let github: FakeGitHub

withSharedGitHub((shared) => {
  github = shared
})

const WEB = 'nixosConfig web'
const MINUTE = 60_000

describe('a build that is run again', () => {
  const failed = { sha: SHA, name: WEB, status: 'completed', conclusion: 'failure' } as const

  test('stands for the one before it', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...failed })
    scene.garnix.rerun({ name: WEB, ms: 3 * MINUTE }, { sha: SHA, suite: 2 })
    expect((await scene.wait({ names: ['web'] })).kind).toBe('built')
    expect(scene.clock.now()).toBeGreaterThanOrEqual(3 * MINUTE)
  })

  test('takes nothing away from an older success', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...failed, conclusion: 'success' })
    scene.garnix.rerun({ name: WEB, ends: 'failure' }, { sha: SHA, suite: 2 })
    expect((await scene.wait({ names: ['web'] })).kind).toBe('built')
    expect(scene.clock.now()).toBe(0)
  })

  test('with everything else is waited for although it failed before', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...failed })
    scene.garnix.push({ sha: SHA, noticedMs: 0, suite: 2, builds: [{ name: WEB }] })
    expect((await scene.wait({ names: ['web'] })).kind).toBe('built')
  })

  test('with everything else, but no more without reason, has failed', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...failed })
    scene.garnix.push({ sha: SHA, noticedMs: 0, suite: 2, builds: [] })
    const end = await scene.wait({ names: ['web'] })
    expect(end.told[0]?.message).toContain("'nixosConfig web' of 95a89711a27f ended with 'failure'")
  })
})

describe('a build that says nothing any more', () => {
  test('is warned of once, and still waited for', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({ sha: SHA, builds: [{ name: WEB, ms: MINUTE, ends: 'never' }] })
    const end = await scene.wait({ names: ['web'], timeoutMs: 90 * MINUTE })
    expect(scene.log.of('warning')).toHaveLength(1)
    expect(scene.log.of('warning')[0]).toMatch(
      /^'nixosConfig web' has said nothing new for 30 min \(https:\/\/garnix\.example\/build\/B5aP\d+\)\./,
    )
    expect(end).toMatchObject({ kind: 'timed-out' })
    expect(scene.clock.now()).toBeLessThanOrEqual(90 * MINUTE)
    expect(scene.clock.now()).toBeGreaterThan(89 * MINUTE)
  })

  test('may be the evaluation', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({ sha: SHA, evaluation: { ms: MINUTE, ends: 'never' }, builds: [] })
    await scene.wait({ names: ['web'], timeoutMs: 45 * MINUTE })
    expect(scene.log.of('warning')).toEqual([
      expect.stringMatching(/^'Evaluate flake\.nix' has said nothing new/),
    ])
  })

  test('is another than one that is slow', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({ sha: SHA, builds: [{ name: WEB, ms: 100 * MINUTE }] })
    expect((await scene.wait({ names: ['web'] })).kind).toBe('built')
    expect(scene.log.of('warning')).toEqual([])
  })
})

describe('half an hour of waiting', () => {
  const builds = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ name: `nixosConfig c${at}`, ms: 40 * MINUTE }))

  test.each([
    [1, 0],
    [2, 0],
    [5, 0],
    [1, 300],
    [2, 300],
    [5, 300],
  ])('for %i configurations beside %i other builds costs no more than it may', async (count, others) => {
    await using scene = await ChecksScene.at(github)
    const rest = Array.from({ length: others }, (_, at) => ({
      name: `package p${at} [x86_64-linux]`,
      ms: 40 * MINUTE,
    }))
    scene.garnix.push({
      sha: SHA,
      noticedMs: 30_000,
      evaluation: { ms: 5 * MINUTE },
      builds: [...builds(count), ...rest],
    })
    const names = Array.from({ length: count }, (_, at) => `c${at}`)
    const end = await scene.wait({ names, timeoutMs: 30 * MINUTE })
    expect(end.kind).toBe('timed-out')
    expect(github.counted()).toBe(scene.client?.counted)
    expect(github.counted()).toBeLessThanOrEqual(60 + 15 * (count - 1))
    // Nor is it asked so seldom that an end would be seen late.
    expect(github.counted()).toBeGreaterThan(30)
  })

  test('asks for several at once where a page holds all, else one by one', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({ sha: SHA, builds: builds(3) })
    scene.clock.advance(5 * MINUTE)
    const names = ['c0', 'c1', 'c2']
    const byName = () => github.exchanges.filter(({ path }) => path.includes('check_name=nixosConfig')).length
    await scene.wait({ names, timeoutMs: 5 * MINUTE })
    expect(byName()).toBe(0)
    for (let at = 0; at < 400; at++)
      github.state.addRun({ sha: SHA, name: `job ${at}`, app: 'github-actions' })
    const before = github.exchanges.length
    await scene.wait({ names, timeoutMs: 5 * MINUTE })
    // Five pages, once.
    expect(byName()).toBe(github.exchanges.length - before - 5)
    expect(byName()).toBeGreaterThanOrEqual(6)
  })

  test('costs less when nothing changes', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ sha: SHA, name: 'Evaluate flake.nix' })
    await scene.wait({ names: ['web'], timeoutMs: 30 * MINUTE })
    expect(github.counted()).toBeLessThanOrEqual(3)
    expect(scene.client?.unchanged).toBeGreaterThan(50)
  })
})
