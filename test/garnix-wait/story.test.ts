import { describe, expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { SHA } from './given.ts'
import { CACHE, CLOSURE, ETC, GLIBC, StoryScene, unreachable, VPS } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

const NAME = 'nixosConfig vps-arm'
const KNOWN = { 'store-paths': VPS }

describe('a closure that is complete', () => {
  test('needs neither GitHub nor the instance', async () => {
    scene.hold(CLOSURE)
    scene.github = () => unreachable
    expect(await scene.wait(KNOWN)).toBeUndefined()
    expect(scene.clock.now()).toBeLessThan(1_000)
    expect(scene.outputs.values).toMatchObject({ status: 'ready', sha: SHA, missing: '[]' })
    expect(scene.output('closure-paths')).toEqual({ 'vps-arm': 3 })
    expect(scene.log.of('info').at(-1)).toBe('Everything of vps-arm can be fetched. (ready, 0 ms)')
    expect(scene.summary.markdown).toContain('Everything can be fetched')
  })

  test('counts more than a build that is red', async () => {
    scene.hold(CLOSURE)
    github.state.addRun({ sha: SHA, name: NAME, status: 'completed', conclusion: 'failure' })
    expect(await scene.wait(KNOWN)).toBeUndefined()
    expect(scene.status).toBe('ready')
  })

  test('counts also when it becomes so right after the build has failed', async () => {
    scene.hold([VPS, ETC])
    scene.builds([{ name: NAME, ends: 'failure', uploads: { paths: [GLIBC], everyMs: 1_500 } }])
    expect(await scene.wait(KNOWN)).toBeUndefined()
    expect(scene.status).toBe('ready')
  })

  test('without CI is waited for without GitHub', async () => {
    scene.github = () => {
      throw new Error('nobody asks GitHub')
    }
    scene.hold(CLOSURE)
    expect(await scene.wait({ ...KNOWN, provider: 'none', configurations: '' })).toBeUndefined()
    expect(scene.log.of('info').at(-1)).toMatch(/^Everything can be fetched\. \(ready/)
    expect(scene.log.of('info')[0]).toBe(`Waiting for ${VPS} of ${SHA} in ${CACHE} …`)
  })
})

describe('a build that becomes green', () => {
  test('is waited for until all that it uploads has arrived', async () => {
    const paths = [GLIBC, VPS, ETC]
    scene.builds([{ name: NAME, ms: 600_000, uploads: { paths, everyMs: 20_000 } }])
    expect(await scene.wait(KNOWN)).toBeUndefined()
    expect(scene.status).toBe('ready')
    // Noticed, evaluated, built, uploaded.
    expect(scene.clock.now() / 1_000).toBeGreaterThanOrEqual(721)
    expect(scene.clock.now() / 1_000).toBeLessThan(740)
    expect(scene.summary.markdown).toMatch(
      /<code>vps-arm<\/code> \| 12:01:\d\d \| +\| 12:11:00 \(\+9 min \d+ s\) \| 12:12:0\d \(\+1 min \d s\)/,
    )
    expect(scene.output('build-url')).toEqual({
      'vps-arm': expect.stringMatching(/^https:\/\/garnix\.example\/build\/B5aP\d+$/),
    })
  })

  test('is enough where no cache is named', async () => {
    scene.builds([{ name: NAME }])
    expect(await scene.wait({ caches: '' })).toBeUndefined()
    expect(scene.outputs.values).toMatchObject({ status: 'built', missing: '' })
    expect(scene.log.of('info').at(-1)).toMatch(/^The checks of 95a89711a27f are green\. \(built, /)
    expect(scene.summary.markdown).toContain('No cache was looked at')
    expect(scene.fetched).toEqual([])
  })

  test('is enough although a newer run of it has failed', async () => {
    const run = { sha: SHA, name: NAME, status: 'completed' } as const
    const detailsUrl = 'https://garnix.example/build/first'
    github.state.addRun({ ...run, conclusion: 'success', detailsUrl })
    github.state.addRun({ ...run, suite: 2, conclusion: 'failure' })
    expect(await scene.wait({ caches: '' })).toBeUndefined()
    expect(scene.status).toBe('built')
    expect(scene.output('build-url')).toEqual({ 'vps-arm': detailsUrl })
  })
})

describe('it is red at once', () => {
  test('when the build fails, with the end of its log', async () => {
    scene.builds([{ name: NAME, ends: 'failure', log: ['error: no', 'builder failed'] }])
    const error = await scene.wait(KNOWN)
    expect(error?.message).toMatch(/^'nixosConfig vps-arm' of 95a89711a27f ended with 'failure' \(https:/)
    expect(scene.status).toBe('failed')
    expect(scene.log.of('host').join('')).toContain('error: no\nbuilder failed\n')
    expect(scene.summary.markdown).toContain('builder failed')
    expect(scene.minutes).toBeLessThan(4)
    // Seen from the caches, nothing of it is there.
    expect(scene.output('missing')).toEqual([{ path: VPS, neededBy: [] }])
  })

  test('when the build fails and nobody knows the path', async () => {
    scene.builds([{ name: NAME, ends: 'failure' }])
    expect((await scene.wait())?.message).toContain("ended with 'failure'")
    expect(scene.outputs.values).toMatchObject({ status: 'failed', missing: '', 'store-paths': '{}' })
  })

  test('when the flake cannot be evaluated', async () => {
    scene.builds([], { evaluation: { ends: 'failure', log: ['error: undefined variable'] } })
    const error = await scene.wait(KNOWN)
    expect(error).toMatchObject({
      message: expect.stringMatching(/^Garnix could not evaluate 95a89711a27f/),
      hint: expect.stringMatching(/^Nothing is built before/),
    })
    expect(scene.log.of('host').join('')).toContain('error: undefined variable')
  })

  test('when there is no such check', async () => {
    scene.builds([{ name: 'nixosConfig vps-amr' }])
    const error = await scene.wait({ ...KNOWN, caches: '' })
    expect(error).toMatchObject({
      message: "Garnix has evaluated 95a89711a27f and makes no check 'nixosConfig vps-arm'.",
      hint: expect.stringMatching(/^Did you mean 'nixosConfig vps-amr'\?/),
    })
    expect(scene.status).toBe('failed')
    expect(scene.minutes).toBeLessThan(3)
  })

  test('when nothing at all appears', async () => {
    expect((await scene.wait(KNOWN))?.message).toMatch(/^No check .* appeared for 95a89711a27f within 2 min/)
    expect(scene.status).toBe('failed')
  })

  test('when GitHub does not show it', async () => {
    github.tokens.set('blind', { login: 'github-actions[bot]', permissions: ['contents: read'] })
    expect((await scene.wait({ ...KNOWN, token: 'blind' }))?.message).toContain('checks: read')
    expect(scene.status).toBe('failed')
    expect(scene.minutes).toBeLessThan(1)
  })

  test('when one of several builds has failed, and each of them is told', async () => {
    scene.builds([
      { name: NAME, ends: 'failure', log: ['one'] },
      { name: 'nixosConfig web', ends: 'skipped', log: ['two'] },
      { name: 'nixosConfig mail', ends: 'skipped' },
    ])
    const error = await scene.wait({ configurations: 'vps-arm\nweb\nmail', caches: '' })
    expect(error).toMatchObject({
      message: expect.stringContaining(NAME),
      hint: 'It was not run, so nothing was built: something it depends on has failed.',
    })
    expect(scene.summary.markdown).toMatch(/'nixosConfig web' of 95a89711a27f ended with 'skipped'/)
    expect(scene.log.of('host').join('')).toMatch(/one\n[^]*two\n/)
  })
})
