import { describe, expect, test } from '@jest/globals'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { KEY } from './given.ts'
import { answer, CACHE, ETC, GLIBC, MINUTE, noName, StoryScene, unreachable, VPS } from './storyscene.ts'

let scene: StoryScene

withSharedGitHub((github) => {
  scene = StoryScene.at(github)
})

const NAME = 'nixosConfig vps-arm'
const KNOWN = { 'store-paths': VPS }
/** Green after three minutes, and a second. */
const GREEN = { name: NAME, ms: 2 * MINUTE }
const GREEN_AT = 3 + 1 / 60

describe('a green build whose closure does not arrive', () => {
  test('is told at cache-timeout, with what needs what', async () => {
    scene.builds([GREEN])
    scene.hold([VPS, ETC])
    const error = await scene.wait(KNOWN)
    expect(error?.message).toBe('A path of the closure cannot be fetched.')
    expect(scene.status).toBe('missing')
    expect(scene.minutes).toBeGreaterThan(GREEN_AT + 14.9)
    expect(scene.minutes).toBeLessThan(GREEN_AT + 15.5)
    expect(scene.output('missing')).toEqual([{ path: GLIBC, neededBy: [VPS] }])
    expect(scene.log.of('host').join('')).toContain(`${GLIBC} ← `)
    expect(scene.summary.markdown).toContain('2 found, 1 missing')
  })

  test('without CI is told at cache-timeout, whatever timeout says', async () => {
    const error = await scene.wait({ ...KNOWN, provider: 'none', 'cache-timeout': '2m' })
    expect(error?.message).toBe('A path of the closure cannot be fetched.')
    expect(scene.status).toBe('missing')
    expect(scene.minutes).toBeLessThanOrEqual(2)
    expect(scene.minutes).toBeGreaterThan(1.9)
    expect(scene.warnings()).toEqual([
      `${CACHE}: it answers 404 to every path it was asked for: a private cache does that to who may not read it; then it needs a login in 'netrc'.`,
    ])
  })

  test('is not waited for where a cache refuses', async () => {
    scene.disturb = (url) => (url.startsWith(CACHE) ? { ...answer('no'), status: 401 } : undefined)
    expect((await scene.wait(KNOWN))?.message).toBe('A path of the closure cannot be fetched.')
    expect(scene.status).toBe('failed')
    expect(scene.minutes).toBeLessThan(1)
    expect(scene.summary.markdown).toContain(
      "it answers 401: it is private, and 'netrc' has no login for it.",
    )
  })
})

interface Case {
  readonly says?: Parameters<StoryScene['says']>
  readonly log?: readonly string[]
  readonly given?: Readonly<Record<string, string>>
  readonly held?: Parameters<StoryScene['hold']>[0]
  readonly words: RegExp
  /** Since the build is green. */
  readonly minutes: readonly [from: number, to: number]
}

const LIMIT = 'the limit is 4000000000. Not uploading to the garnix binary cache.'
/** What is green is seen within half a minute. */
const AT_THE_END = [14.9, 15.5] as const
const cases: Readonly<Record<string, Case>> = {
  'too large': {
    held: [VPS, ETC],
    log: [`${GLIBC} is 5000000000 bytes, the limit is 4000000000. Not uploading to the garnix binary cache.`],
    words: /is 5 GB, above the 4 GB to which the instance uploads/,
    minutes: [0, 1],
  },
  'too large, as the log of the instance alone still has it': {
    held: [VPS, ETC],
    says: [[{ log: [{ text: `${GLIBC} is 5000000000 bytes, ${LIMIT}` }] }]],
    words: /is 5 GB, above the 4 GB to which the instance uploads/,
    minutes: [0, 1],
  },
  'never uploaded': {
    says: [[{ wasAlreadyBuilt: true, isUploaded: true }]],
    words: /takes the closure for uploaded because its own store had it already/,
    minutes: [4.9, 6],
  },
  gone: {
    says: [[{ isUploaded: true }]],
    words: /says that it uploaded the closure, and the caches do not have it/,
    minutes: AT_THE_END,
  },
  'an upload that has failed': {
    says: [[{ isUploaded: false }]],
    words: /nothing more was uploaded: most likely an upload has failed\.$/m,
    minutes: AT_THE_END,
  },
  'an upload that has failed, and no word of the instance': {
    words: /The API of the instance, which knows more, did not tell\./,
    minutes: AT_THE_END,
  },
  'still uploading': {
    says: [[{ isUploaded: false }]],
    given: { 'cache-timeout': '5m' },
    words: /The instance is still uploading/,
    minutes: [4.9, 5.5],
  },
  'uploading elsewhere': {
    says: [[{ isUploaded: true }, { name: 'web', isUploaded: false }]],
    given: { 'cache-timeout': '5m' },
    words: /other builds of this commit, which may have the rest, are not done/,
    minutes: [4.9, 5.5],
  },
  private: {
    says: [[{ isUploaded: true }], { isPublic: false }],
    words: /acme\/infra is private, and https.*cache\.example\.org shows nothing of it without a login/,
    minutes: AT_THE_END,
  },
  untrusted: {
    held: [VPS, ETC, GLIBC],
    given: { 'require-signatures': 'true', caches: `${CACHE} ${KEY}` },
    words: /has paths that are signed by none of the keys in/,
    minutes: AT_THE_END,
  },
  'without the cache of NixOS': {
    held: [VPS, ETC],
    says: [[{ isUploaded: true }]],
    words: /An instance uploads nothing that cache\.nixos\.org has/,
    minutes: AT_THE_END,
  },
}

describe('why it does not arrive', () => {
  test.each(Object.entries(cases))('%s', async (_, { says, log = [], held = [], given, words, minutes }) => {
    if (says !== undefined) scene.says(...says)
    scene.builds([{ ...GREEN, log }])
    scene.hold(held)
    const error = await scene.wait({ ...KNOWN, ...given })
    expect(error).toMatchObject({ hint: expect.stringMatching(/\.$/) })
    expect(scene.status).toBe('missing')
    expect(scene.summary.markdown.replaceAll('&#58;', ':')).toMatch(words)
    expect(scene.minutes - GREEN_AT).toBeGreaterThanOrEqual(minutes[0])
    expect(scene.minutes - GREEN_AT).toBeLessThan(minutes[1])
  })

  test('is no matter of an instance where there is none', async () => {
    scene.hold([VPS, ETC])
    expect(await scene.wait({ ...KNOWN, provider: 'none' })).toMatchObject({ hint: undefined })
    expect(scene.summary.markdown).not.toContain('instance')
  })
})

describe('a CI that is not done in time', () => {
  const SHORT = { timeout: '10m', 'cache-timeout': '5m' }

  test.each([
    ['without caches', { caches: '' }],
    ['with a path that nobody knows yet', {}],
    ['with a closure that is not complete', KNOWN],
  ])('%s', async (_, given) => {
    scene.builds([{ name: NAME, ms: 60 * MINUTE }])
    expect((await scene.wait({ ...SHORT, ...given }))?.message).toBe(
      "The 'timeout' is over, and the CI is not done.",
    )
    expect(scene.status).toBe('timed-out')
    expect(scene.summary.markdown).toMatch(/'nixosConfig vps-arm' is running/)
    expect(scene.minutes).toBeLessThanOrEqual(10)
    expect(scene.minutes).toBeGreaterThan(9.9)
  })

  test('because GitHub cannot be reached', async () => {
    scene.github = () => async () => {
      throw noName('api.github.com')
    }
    expect(await scene.wait({ ...SHORT, ...KNOWN })).toBeDefined()
    expect(scene.status).toBe('timed-out')
    expect(scene.summary.markdown).toContain('ENOTFOUND')
  })

  test('because GitHub answers nothing at all', async () => {
    scene.github =
      () =>
      async (_route, _parameters, { timeoutMs, signal }) => {
        await scene.clock.sleep(timeoutMs, signal)
        return unreachable('', {}, { timeoutMs })
      }
    expect(await scene.wait({ ...SHORT, ...KNOWN })).toBeDefined()
    expect(scene.status).toBe('timed-out')
  })
})
