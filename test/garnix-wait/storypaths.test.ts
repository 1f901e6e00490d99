/** Where the store paths come from, several configurations, and other checks than those of Garnix. */
import { describe, expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { SHA } from './given.ts'
import { CLOSURE, ETC, GLIBC, OLD, OLD_GLIBC, StoryScene, VPS } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

const NAME = 'nixosConfig vps-arm'
const uploads = { paths: [GLIBC, ETC, VPS], everyMs: 10_000 }

describe('a path that is not given', () => {
  test("is that of the instance's API", async () => {
    scene.builds([{ name: NAME, uploads: { ...uploads, paths: [GLIBC, ETC] } }])
    scene.hold([VPS])
    scene.says([{ path: VPS }])
    expect(await scene.wait()).toBeUndefined()
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
    expect(scene.fetched).toContain(`https://garnix.example/api/commits/${SHA}`)
    expect(scene.minutes).toBeLessThan(4)
    // The API knows when the build ended.
    expect(scene.summary.markdown).toMatch(
      /<code>vps-arm<\/code> \| 12:01:\d\d \| 12:10:00 \(.*\| 12:03:00 \(/,
    )
  })

  test("is that of the check run's text, for which it is waited", async () => {
    scene.builds([{ name: NAME, uploads }])
    expect(await scene.wait()).toBeUndefined()
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
    expect(scene.minutes).toBeLessThan(5)
  })

  test('is not known when no route has it, and what each said is told', async () => {
    scene.builds([{ name: NAME }])
    const error = await scene.wait()
    expect(error).toMatchObject({
      message: 'The store path of vps-arm is not known: no route to it has an answer.',
      hint: "Give it as 'store-paths', from a job that has evaluated it.",
    })
    expect(scene.outputs.values).toMatchObject({ status: 'failed', missing: '' })
    const summary = scene.summary.markdown
    for (const words of ['store-paths: none', "instance's API", 'no line of it tells', 'nix eval: '])
      expect(summary).toContain(words)
    expect(scene.minutes).toBeLessThan(19)
    expect(scene.minutes).toBeGreaterThan(17)
  })

  test('is asked of an instance that is named, whatever CI there is', async () => {
    scene.says([{ path: VPS }])
    scene.hold(CLOSURE)
    const given = { provider: 'none', 'instance-url': 'https://garnix.example' }
    expect(await scene.wait(given)).toBeUndefined()
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
    expect(github.exchanges.filter(({ path }) => !path.includes('notes%2Fnixos-closures'))).toEqual([])
  })

  test('is not asked of an instance that no check links to', async () => {
    github.state.addRun({ sha: SHA, name: NAME, status: 'completed', conclusion: 'success' })
    scene.says([{ path: OLD }])
    expect(await scene.wait({ 'store-paths': VPS, 'cache-timeout': '1m' })).toBeDefined()
    expect(scene.fetched.filter((url) => url.startsWith('https://garnix.example'))).toEqual([])
  })

  test('is looked for as long as there is time, and no longer where no route can have it', async () => {
    expect((await scene.wait({ provider: 'none' }))?.message).toContain('vps-arm is not known')
    expect(scene.clock.now()).toBe(0)
  })
})

describe('routes that disagree', () => {
  const words = `The routes to the store path of vps-arm disagree (store-paths: ${VPS}; the instance's API: ${OLD}). ${VPS} is waited for.`

  test('are a warning, said once, with both paths', async () => {
    scene.builds([{ name: NAME, uploads: { ...uploads, everyMs: 40_000 } }])
    scene.says([{ path: OLD }])
    expect(await scene.wait({ 'store-paths': VPS })).toBeUndefined()
    expect(scene.warnings().filter((warning) => warning.includes('disagree'))).toEqual([words])
    expect(scene.summary.markdown).toContain('disagree')
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
  })

  test('are a warning also where both are known at the same time', async () => {
    scene.builds([{ name: NAME, uploads: { paths: CLOSURE, everyMs: 0 } }])
    scene.disturb = () => {
      if (scene.minutes > 3.2) scene.says([{ path: OLD }])
      return undefined
    }
    scene.hold([OLD, OLD_GLIBC])
    expect(await scene.wait()).toBeUndefined()
    expect(scene.warnings()).toEqual([expect.stringContaining("the check run's text: ")])
  })

  test('are a warning also where no path was given', async () => {
    scene.builds([{ name: NAME, uploads: { paths: CLOSURE, everyMs: 0 } }])
    scene.says([{ path: OLD }])
    scene.disturb = () => {
      if (scene.minutes > 4) scene.hold([OLD, OLD_GLIBC])
      return undefined
    }
    expect(await scene.wait()).toBeUndefined()
    expect(scene.warnings()).toEqual([expect.stringContaining("the check run's text: ")])
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': OLD })
  })
})

describe('checks of any CI', () => {
  const CHECKS = { provider: 'checks', 'check-names': 'build', 'store-paths': VPS }
  const ended = (conclusion: string) =>
    github.state.addRun({
      ...{ sha: SHA, name: 'build', app: 'github-actions', status: 'completed', conclusion },
      detailsUrl: 'https://ci.example/7',
    })

  test('have to be green as well', async () => {
    scene.hold(CLOSURE)
    ended('failure')
    expect((await scene.wait(CHECKS))?.message).toBe(
      "'build' of 95a89711a27f ended with 'failure' (https://ci.example/7).",
    )
    expect(scene.status).toBe('failed')
  })

  test('are waited for although everything is there', async () => {
    scene.hold(CLOSURE)
    github.state.addRun({ sha: SHA, name: 'build', app: 'github-actions' })
    expect(await scene.wait({ ...CHECKS, timeout: '5m' })).toBeDefined()
    expect(scene.status).toBe('timed-out')
  })

  test('and the closure are ready', async () => {
    scene.hold(CLOSURE)
    ended('success')
    expect(await scene.wait(CHECKS)).toBeUndefined()
    expect(scene.status).toBe('ready')
    expect(scene.output('build-url')).toEqual({ 'vps-arm': 'https://ci.example/7' })
  })

  test('alone are built', async () => {
    ended('success')
    expect(await scene.wait({ ...CHECKS, 'store-paths': '', configurations: '', caches: '' })).toBeUndefined()
    expect(scene.log.of('info')[0]).toBe(`Waiting for the checks of ${SHA} …`)
    expect(scene.outputs.values).toMatchObject({ status: 'built', 'build-url': '{}' })
  })

  test('of which there are several are nobody’s own, and no text of them is read', async () => {
    scene.hold(CLOSURE)
    ended('success')
    github.state.addStatus({ sha: SHA, context: 'other', state: 'success' })
    expect(await scene.wait({ ...CHECKS, 'check-names': 'build\nother' })).toBeUndefined()
    expect(scene.output('build-url')).toEqual({})
  })
})
