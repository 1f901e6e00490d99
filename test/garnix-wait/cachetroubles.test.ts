import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import { INFO, ONE, ROOT, type Say, TWO, having, noName, scene } from './cachescene.ts'

describe('waiting is no use', () => {
  test.each<[string, { say: Say; logins: boolean; words: string }]>([
    [
      'wants credentials',
      {
        say: { status: 401 },
        logins: false,
        words: "it answers 401: it is private, and 'netrc' has no login for it",
      },
    ],
    [
      'does not know them',
      {
        say: { status: 401 },
        logins: true,
        words: "it answers 401: it does not accept the login in 'netrc'",
      },
    ],
    ['has no address', { say: noName, logins: false, words: 'getaddrinfo ENOTFOUND' }],
  ])('when a cache %s', async (_, { say, logins, words }) => {
    const { wait, clock } = scene({ [ONE]: having(new Map([[ROOT, 0]])), [TWO]: () => say })
    expect(await wait({ logins })).toMatchObject({
      kind: 'incomplete',
      isUntrusted: false,
      troubles: [{ cache: TWO, words, isFinal: true }],
    })
    expect(clock.now()).toBe(0)
  })

  test('when a cache wants credentials for paths only', async () => {
    const { wait, clock } = scene({
      [ONE]: (path) => (path === 'nix-cache-info' ? { body: INFO } : { status: 401 }),
    })
    expect(await wait()).toMatchObject({ troubles: [{ isFinal: true }] })
    expect(clock.now()).toBe(0)
  })

  test('also when a cache says so later than that it has nothing', async () => {
    const { wait, clock } = scene({
      [ONE]: async (path) => {
        if (path !== 'nix-cache-info') return { status: 404 }
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
        return { status: 401 }
      },
    })
    expect(await wait()).toMatchObject({ troubles: [{ isFinal: true }] })
    expect(clock.now()).toBe(0)
  })

  test('when a cache is one of another store', async () => {
    const { wait, clock } = scene({ [ONE]: having(new Map(), { body: 'StoreDir: /home/me/store\n' }) })
    expect(await wait()).toMatchObject({
      troubles: [{ words: 'its store is /home/me/store, not /nix/store', isFinal: true }],
    })
    expect(clock.now()).toBe(0)
  })
})

describe('a cache that gives nothing', () => {
  const PRIVATE = 'a private cache does that to who may not read it'
  test.each<[string, { url: string; info: Say; logins: boolean; words: RegExp }]>([
    [
      'has no nix-cache-info',
      {
        url: ONE,
        info: { status: 404 },
        logins: false,
        words: new RegExp(`^it answers 404 to everything: ${PRIVATE}; then it needs a login in 'netrc'$`),
      },
    ],
    [
      'has one',
      {
        url: ONE,
        info: { body: INFO },
        logins: false,
        words: new RegExp(`^it answers 404 to every path it was asked for: ${PRIVATE}`),
      },
    ],
    [
      'knows us',
      {
        url: ONE,
        info: { status: 404 },
        logins: true,
        words: /may the login in 'netrc'\? Garnix wants a token of scope 'cache'/,
      },
    ],
    [
      'is a folder',
      {
        url: 'file:///nowhere',
        info: { status: 404 },
        logins: false,
        words: /^it answers 404 to everything: is there a cache at all\?$/,
      },
    ],
  ])('and %s may be private', async (_, { url, info, logins, words }) => {
    const { wait, clock } = scene({ [url]: having(new Map(), info) })
    expect(await wait({ logins })).toMatchObject({
      troubles: [{ cache: url, words: expect.stringMatching(words), isFinal: false }],
    })
    expect(clock.now()).toBe(58_000)
  })

  test.each<[string, Say, string]>([
    ['a web page', { body: '<!DOCTYPE html>' }, 'its nix-cache-info is none'],
    ['a store that is none', { body: 'StoreDir: \u001b[31m\n' }, 'its nix-cache-info is none'],
    ['a failure', { status: 500 }, 'it answers 500'],
    ['nothing', new ActionError('connect ECONNREFUSED.'), 'connect ECONNREFUSED'],
  ])('and has %s for nix-cache-info is told so', async (_, info, words) => {
    const { wait } = scene({ [ONE]: having(new Map(), info) })
    expect(await wait({ limitMs: 1_000 })).toMatchObject({
      troubles: [{ cache: ONE, words, isFinal: false }],
    })
  })

  test('is not the one that has given something', async () => {
    const { wait } = scene({ [ONE]: having(new Map([[ROOT, 0]]), { status: 404 }) })
    expect(await wait({ limitMs: 1_000 })).toMatchObject({ kind: 'incomplete', troubles: [] })
  })
})
