import { describe, expect, test } from '@jest/globals'
import { PathSearch, silent, type Reply, type Route } from '../../actions/garnix-wait/pathsearch.ts'
import { recordedRoute } from '../../actions/garnix-wait/routes.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { NAMELESS } from '../../actions/garnix-wait/targets.ts'
import { pathNamed as path } from './given.ts'

const WEB = path('0', 'nixos-system-web-26.11')
const DB = path('1', 'nixos-system-db-26.11')
const OTHER = path('2', 'nixos-system-other-26.11')
const target = (name: string, storePath?: StorePath) => ({ name, storePath, compareWith: undefined })

/** A route that says, one call after the other, what it is given to say; the last for ever. */
function scripted(
  name: Route['name'],
  replies: readonly Reply[],
  isDear = false,
): Route & { asked: string[][] } {
  const asked: string[][] = []
  return {
    name,
    isDear,
    asked,
    ask: async (configurations) => {
      asked.push([...configurations])
      const reply = replies[asked.length - 1] ?? replies.at(-1) ?? silent('nothing', true)
      return new Map(configurations.map((one) => [one, reply]))
    },
  }
}

const QUICK = { isDearToo: false }
const ALL = { isDearToo: true }

describe('the search', () => {
  test('knows the paths that were given, without asking anybody', () => {
    const search = new PathSearch([target('web', WEB), target('db')], [scripted('nix eval', [], true)])
    expect([search.path('web'), search.route('web'), search.isOpen('web')]).toEqual([
      WEB,
      'store-paths',
      false,
    ])
    expect([search.path('db'), search.route('db'), search.isOpen('db')]).toEqual([undefined, undefined, true])
    expect(search.words('db')).toBe('store-paths: none is given')
  })

  test('asks in the order of the contract, whatever the order of the routes', async () => {
    const order: string[] = []
    const telling = (name: Route['name'], isDear = false): Route => ({
      name,
      isDear,
      ask: (names) => {
        order.push(name)
        return new Map(names.map((one) => [one, silent(`not ${name}`, true)]))
      },
    })
    const routes = [
      telling('nix eval', true),
      telling("the check run's text"),
      recordedRoute(async () => ({ text: undefined, words: 'no commit has one', isFinal: true })),
      telling("the instance's API"),
    ]
    const search = new PathSearch([target('web')], routes)
    await search.ask(ALL)
    expect(order).toEqual(["the instance's API", "the check run's text", 'nix eval'])
    expect(search.isOpen('web')).toBe(false)
    expect(search.words('web')).toBe(
      [
        'store-paths: none is given',
        'the recorded note: no commit has one',
        "the instance's API: not the instance's API",
        "the check run's text: not the check run's text",
        'nix eval: not nix eval',
      ].join('\n'),
    )
  })

  test('asks again whoever may still say something, and nobody else', async () => {
    const api = scripted("the instance's API", [silent('later', false), { path: WEB }])
    const text = scripted("the check run's text", [silent('never', true)])
    const search = new PathSearch([target('web'), target('db', DB)], [api, text])
    await search.ask(QUICK)
    expect([search.path('web'), search.isOpen('web')]).toEqual([undefined, true])
    await search.ask(QUICK)
    expect([search.path('web'), search.route('web')]).toEqual([WEB, "the instance's API"])
    await search.ask(QUICK)
    expect(api.asked).toEqual([
      ['web', 'db'],
      ['web', 'db'],
    ])
    expect(text.asked).toEqual([['web', 'db']])
  })

  test('asks the dear route only when told to, and only for what the others do not know', async () => {
    const api = scripted("the instance's API", [silent('later', false)])
    const nix = scripted('nix eval', [{ path: WEB }], true)
    const search = new PathSearch([target('web'), target('db', DB)], [api, nix])
    await search.ask(QUICK)
    expect(nix.asked).toEqual([])
    await search.ask(ALL)
    await search.ask(ALL)
    expect(nix.asked).toEqual([['web']])
    expect([search.path('web'), search.route('web')]).toEqual([WEB, 'nix eval'])
  })

  test('asks nobody twice at the same time', async () => {
    const gate = Promise.withResolvers<undefined>()
    let asked = 0
    const slow: Route = {
      name: 'nix eval',
      isDear: true,
      async ask() {
        asked += 1
        await gate.promise
        return new Map([['web', { path: WEB }]])
      },
    }
    const search = new PathSearch([target('web')], [slow])
    const first = search.ask(ALL)
    await search.ask(ALL)
    expect([asked, search.isOpen('web')]).toEqual([1, true])
    gate.resolve(undefined)
    await first
    expect(search.path('web')).toBe(WEB)
  })

  test('goes on after a route was called off', async () => {
    const reason = new Error('called off')
    let asked = 0
    const broken: Route = {
      name: "the instance's API",
      isDear: false,
      ask: () => {
        asked += 1
        return asked === 1 ? Promise.reject(reason) : new Map([['web', { path: WEB }]])
      },
    }
    const search = new PathSearch([target('web')], [broken])
    await expect(search.ask(QUICK)).rejects.toBe(reason)
    await search.ask(QUICK)
    expect(search.path('web')).toBe(WEB)
  })

  test('has nobody to ask about a path without a name', async () => {
    const api = scripted("the instance's API", [{ path: WEB }])
    const search = new PathSearch([target(NAMELESS, WEB)], [api])
    await search.ask(ALL)
    expect(api.asked).toEqual([])
  })

  test('hands its signal to the routes', async () => {
    const { signal } = new AbortController()
    let seen: AbortSignal | undefined
    const route: Route = {
      name: "the instance's API",
      isDear: false,
      ask: (_, given) => {
        seen = given
        return new Map()
      },
    }
    await new PathSearch([target('web')], [route]).ask({ ...QUICK, signal })
    expect(seen).toBe(signal)
  })

  test('ignores what nobody asked for', async () => {
    const route: Route = { name: 'nix eval', isDear: false, ask: () => new Map([['db', { path: DB }]]) }
    const search = new PathSearch([target('web')], [route])
    await search.ask(QUICK)
    expect([search.path('db'), search.words('db'), search.path('web')]).toEqual([undefined, '', undefined])
  })
})

describe('routes that disagree', () => {
  test('are told with their paths; the first in the order is believed, also if it answers last', async () => {
    const api = scripted("the instance's API", [silent('later', false), { path: OTHER }])
    const text = scripted("the check run's text", [{ path: WEB }])
    const search = new PathSearch([target('web'), target('db', WEB)], [api, text])
    await search.ask(QUICK)
    expect([search.path('web'), search.disagreements()]).toEqual([WEB, []])
    await search.ask(QUICK)
    expect(search.path('web')).toBe(OTHER)
    expect(search.disagreements()).toEqual([
      `The routes to the store path of web disagree (the instance's API: ${OTHER}; the check run's text: ${WEB}). ${OTHER} is waited for.`,
      `The routes to the store path of db disagree (store-paths: ${WEB}; the instance's API: ${OTHER}; the check run's text: ${WEB}). ${WEB} is waited for.`,
    ])
    expect(search.words('web')).toContain(`the check run's text: ${WEB}`)
  })

  test('agree when they give one path', async () => {
    const routes = [
      scripted("the instance's API", [{ path: WEB }]),
      scripted("the check run's text", [{ path: WEB }]),
    ]
    const search = new PathSearch([target('web', WEB)], routes)
    await search.ask(ALL)
    expect(search.disagreements()).toEqual([])
  })
})
