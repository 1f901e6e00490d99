/** What is told at the end, and days on which something else goes wrong. */
import { describe, expect, test } from '@jest/globals'
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { ActionError } from '../../actions/shared/errors.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { SHA } from './given.ts'
import { narInfoText, storePath } from '../support/binarycache.ts'
import { answer, CLOSURE, MINUTE, OLD, OLD_GLIBC, StoryScene, VPS } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

const NAME = 'nixosConfig vps-arm'
const KNOWN = { 'store-paths': VPS }
const bug = () => {
  throw new TypeError('x is not a function')
}

describe('compared with another closure', () => {
  const COMPARED = { ...KNOWN, provider: 'none', 'compare-with': OLD, 'cache-timeout': '1m' }

  test('the difference is told', async () => {
    scene.hold([...CLOSURE, OLD, OLD_GLIBC])
    expect(await scene.wait(COMPARED)).toBeUndefined()
    expect(scene.output('closure-diff')).toMatchObject({
      'vps-arm': { changed: expect.arrayContaining([expect.objectContaining({ name: 'glibc' })]) },
    })
    expect(scene.summary.markdown).toContain('Changes of vps-arm')
  })

  test('that is gone there is nothing to tell, and nothing is waited for', async () => {
    scene.hold([...CLOSURE, OLD])
    expect(await scene.wait(COMPARED)).toBeUndefined()
    expect(scene.output('closure-diff')).toEqual({})
    expect(scene.summary.markdown).toContain('Not compared with')
    expect(scene.clock.now()).toBeLessThan(1_000)
  })

  test('what is not whole is not compared', async () => {
    scene.hold([VPS, OLD, OLD_GLIBC])
    expect(await scene.wait(COMPARED)).toBeDefined()
    expect(scene.summary.markdown).toContain('Not compared with')
    expect(scene.fetched.filter((url) => url.includes(OLD.slice(11, 43)))).toEqual([])
  })

  test('only what has a path is compared', async () => {
    scene.builds([{ name: NAME, ends: 'failure' }])
    expect(await scene.wait({ 'compare-with': OLD })).toBeDefined()
    expect(scene.summary.markdown).not.toContain('ompared with')
  })

  test('a run that is canceled meanwhile has its verdict still', async () => {
    scene.hold([...CLOSURE, OLD, OLD_GLIBC])
    scene.disturb = (url) => {
      if (url.includes(OLD.slice(11, 43))) scene.canceling.abort(new Error('canceled'))
      return undefined
    }
    expect(await scene.wait(COMPARED)).toBeUndefined()
    expect(scene.status).toBe('ready')
    expect(scene.warnings()).toEqual(['The closures could not be compared: canceled'])
  })

  test('a bug in it ends red, and everything else is told', async () => {
    scene.hold(CLOSURE)
    scene.disturb = (url) => (url.includes(OLD.slice(11, 43)) ? bug() : undefined)
    expect(await scene.wait(COMPARED)).toBeInstanceOf(TypeError)
    expect(scene.outputs.values).toMatchObject({ status: 'failed', missing: '[]' })
    expect(scene.summary.markdown).toContain('x is not a function')
  })
})

describe('what nobody expected', () => {
  test('is a bug: red, with outputs and summary', async () => {
    scene.disturb = bug
    expect(await scene.wait(KNOWN)).toBeInstanceOf(TypeError)
    expect(scene.outputs.values).toMatchObject({ status: 'failed', sha: SHA })
    expect(scene.summary.markdown).toContain('x is not a function')
  })

  test('is one where GitHub is asked as well', async () => {
    scene.github = () => async () => bug()
    expect(await scene.wait(KNOWN)).toBeInstanceOf(TypeError)
    expect(scene.status).toBe('failed')
    expect(scene.minutes).toBeLessThan(1)
  })

  test('is an error, whatever was thrown', async () => {
    scene.disturb = () => {
      throw 'nothing of the kind' // eslint-disable-line @typescript-eslint/only-throw-error
    }
    expect(await scene.wait(KNOWN)).toMatchObject({
      message: 'nothing of the kind',
      cause: 'nothing of the kind',
    })
  })

  test('is a bug also where nothing was asked yet', async () => {
    scene.github = bug
    expect(await scene.wait({ ...KNOWN, provider: 'checks', 'check-names': 'build' })).toBeInstanceOf(
      TypeError,
    )
    expect(scene.outputs.values).toMatchObject({ status: 'failed', 'build-url': '{}' })
  })

  test('is told with what to do about it, if anybody knows', async () => {
    scene.github = () => {
      throw new ActionError('There is no client.', { hint: 'Get one.' })
    }
    expect(await scene.wait(KNOWN)).toMatchObject({ message: 'There is no client.', hint: 'Get one.' })
    expect(scene.summary.markdown).toContain('Get one.')
  })

  test('is told although it happens while texts are read on', async () => {
    scene.builds([{ name: NAME, ms: MINUTE }])
    const request = githubRequest('secret')
    scene.github =
      () =>
      (...asked) =>
        scene.minutes > 3 ? bug() : scene.clock.working(() => request(...asked))
    expect(await scene.wait(KNOWN)).toBeInstanceOf(TypeError)
    expect(scene.status).toBe('failed')
  })

  test('is no reason to end when only the texts cannot be read on', async () => {
    scene.builds([{ name: NAME, ms: MINUTE }])
    github.disturb = () => (scene.minutes > 3 ? { status: 403, body: '{}' } : undefined)
    expect(await scene.wait({ ...KNOWN, 'cache-timeout': '5m' })).toBeDefined()
    expect(scene.status).toBe('missing')
    expect(scene.log.of('info')).toContainEqual(
      expect.stringMatching(/^What Garnix writes .* is not read on:/),
    )
  })

  test('is a run that is canceled', async () => {
    scene.builds([{ name: NAME, ms: 60 * MINUTE }])
    scene.disturb = () => {
      if (scene.minutes > 5) scene.canceling.abort(new Error('canceled'))
      return undefined
    }
    github.state.addPull({ headSha: SHA })
    expect((await scene.wait({ ...KNOWN, comment: 'true' }))?.message).toBe('The run was canceled.')
    expect(scene.status).toBe('failed')
    expect(scene.summary.markdown).toContain('The run was canceled.')
    expect(scene.minutes).toBeLessThan(6)
    expect(github.state.comments).toEqual([])
  })

  test('are inputs that are wrong', async () => {
    expect((await scene.wait({ sha: 'main' }))?.message).toContain("'sha'")
    expect(scene.outputs.values).toEqual({ status: 'failed' })
    expect(scene.summary.markdown).toContain('Nothing was waited for')
    expect(scene.fetched).toEqual([])
    expect(github.exchanges).toEqual([])
  })

  test('is a closure that never ends', async () => {
    const invented = new Map([[VPS.slice(11, 43), VPS]])
    scene.disturb = (url) => {
      const path = invented.get(/([0-9a-z]{32})\.narinfo$/.exec(url)?.[1] ?? '')
      if (path === undefined) return undefined
      const references = Array.from({ length: 1_000 }, (_, at) => storePath(`${path.slice(11, 20)}-${at}`))
      for (const one of references) invented.set(one.slice(11, 43), one)
      return answer(narInfoText({ path, references }))
    }
    expect((await scene.wait({ ...KNOWN, provider: 'none' }))?.message).toMatch(/has more than 100000 paths/)
    expect(scene.status).toBe('failed')
  })
})
