import { describe, expect, test } from '@jest/globals'
import type { Build, Commit } from '../../actions/garnix-wait/commit.ts'
import type { InstanceAnswer } from '../../actions/garnix-wait/instanceanswer.ts'
import { silent, type Reply, type Route } from '../../actions/garnix-wait/pathsearch.ts'
import { apiRoute, recordedRoute, textRoute } from '../../actions/garnix-wait/routes.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { cacheLinesIn } from '../../actions/garnix-wait/uploadedline.ts'
import { SHA, pathNamed as path } from './given.ts'

const WEB = path('0', 'nixos-system-web-26.11')
const DB = path('1', 'nixos-system-db-26.11')
const OTHER = path('2', 'nixos-system-other-26.11')
const ETC = path('3', 'etc')

describe('lines about the cache in the log of a build', () => {
  test('tell what was uploaded, and what never will be', () => {
    const text = [
      'Last 100 lines of logs:',
      '```',
      `web> Uploaded ${OTHER} to the garnix binary cache.`,
      `Uploaded ${ETC} to the garnix binary cache.`,
      `${DB} is 5368709120 bytes, the limit is 4294967296. Not uploading to the garnix binary cache.`,
      `Uploaded ${WEB} to the garnix binary cache.\r`,
      `Uploaded ${ETC} to the garnix binary cache.`,
      '```',
    ].join('\n')
    expect(cacheLinesIn(text)).toEqual({
      uploaded: [ETC, WEB],
      tooLarge: [{ path: DB, bytes: 5_368_709_120, limitBytes: 4_294_967_296 }],
    })
  })

  test.each([
    'Uploaded /nix/store/short to the garnix binary cache.',
    'Uploaded /tmp/00000000000000000000000000000000-web to the garnix binary cache.',
    `Uploaded ${WEB}/bin to the garnix binary cache.`,
    `Uploaded ${WEB} to the garnix binary cache`,
    ` Uploaded ${WEB} to the garnix binary cache.`,
    `Uploaded /nix/store/${'0'.repeat(32)}-${'x'.repeat(400)} to the garnix binary cache.`,
    `${WEB} is many bytes, the limit is 4294967296. Not uploading to the garnix binary cache.`,
    `web> ${WEB} is 5 bytes, the limit is 4. Not uploading to the garnix binary cache.`,
    `/tmp/web is 5 bytes, the limit is 4. Not uploading to the garnix binary cache.`,
  ])('%s: is none', (line) => {
    expect(cacheLinesIn(line)).toEqual({ uploaded: [], tooLarge: [] })
  })

  test('are found in a text of any length without delay', () => {
    const startedMs = performance.now()
    expect(cacheLinesIn(`${'Uploaded '.repeat(1_000_000)}\n${'a '.repeat(1_000_000)}`).uploaded).toEqual([])
    expect(performance.now() - startedMs).toBeLessThan(2_000)
  })
})

function build(fields: Partial<Build>): Build {
  const rest = {
    status: '',
    endTime: undefined,
    storePath: undefined,
    isUploaded: false,
    wasAlreadyBuilt: false,
  }
  return { id: 'B5aPM2pB', kind: 'nixosConfiguration', name: 'web', ...rest, ...fields }
}

function answer(...builds: readonly Build[]): InstanceAnswer {
  const commit: Commit = { sha: SHA, repository: 'me/servers', isPublic: true, builds }
  return { kind: 'commit', commit }
}

const replyOf = async (route: Route, configuration = 'web'): Promise<Reply | undefined> =>
  (await route.ask([configuration])).get(configuration)
const fromApi = (given: InstanceAnswer) => replyOf(apiRoute(async () => given))

describe("the route of the instance's API", () => {
  test('gives the path of the configuration, not that of what else has its name', async () => {
    const package_ = build({ kind: 'package', storePath: OTHER })
    expect(await fromApi(answer(package_, build({ storePath: WEB })))).toEqual({ path: WEB })
  })

  test.each([
    ['the commit is not evaluated yet', false, answer()],
    ['the build goes on', false, answer(build({}))],
    ['the build ended as Failure, and without a path', true, answer(build({ status: 'Failure' }))],
    ['there is no build of web among those of the commit', true, answer(build({ name: 'web2' }))],
    ['it is asleep', false, { kind: 'none', words: 'it is asleep', isFinal: false } as const],
    ['it is no instance', true, { kind: 'none', words: 'it is no instance', isFinal: true } as const],
  ])('%s (finally: %s)', async (words, isFinal, given) => {
    expect(await fromApi(given)).toEqual({ path: undefined, words, isFinal })
  })
})

const uploaded = (...paths: readonly StorePath[]) =>
  paths.map((one) => `Uploaded ${one} to the garnix binary cache.\n`).join('')
const fromText = (text: string | undefined, isSettled = false) =>
  replyOf(textRoute(() => (text === undefined ? undefined : { text, isSettled })))

describe("the route of the check run's text", () => {
  test('gives the system that has the name of the configuration, whatever other systems there are', async () => {
    expect(await fromText(uploaded(ETC, OTHER, WEB, DB))).toEqual({ path: WEB })
  })

  test('believes a system of another name only once nothing more is to come', async () => {
    expect(await fromText(uploaded(ETC, OTHER))).toEqual(
      silent(`it tells of ${OTHER}, and others may follow`, false),
    )
    expect(await fromText(uploaded(ETC, OTHER), true)).toEqual({ path: OTHER })
  })

  test('does not choose between several', async () => {
    const words = `it tells of several systems: ${OTHER}, ${DB}`
    expect(await fromText(uploaded(OTHER, DB), true)).toEqual(silent(words, false))
    const second = path('4', 'nixos-system-web-26.05')
    expect(await fromText(uploaded(WEB, second), true)).toEqual(
      silent(`it tells of several systems: ${WEB}, ${second}`, false),
    )
  })

  test('says what it waits for', async () => {
    expect(await fromText(undefined)).toEqual(silent('there is no check run yet', false))
    expect(await fromText(uploaded(ETC), true)).toEqual(
      silent('no line of it tells of the upload of a system', false),
    )
  })
})

test('none of these is too dear to be asked only to compare', () => {
  const routes = [
    recordedRoute(async () => ({ text: '', isFinal: true })),
    apiRoute(async () => answer()),
    textRoute(() => undefined),
  ]
  expect(routes.map(({ isDear }) => isDear)).toEqual([false, false, false])
})

describe('the route of the recorded note', () => {
  const fromNote = (text: string, isFinal = false) => replyOf(recordedRoute(async () => ({ text, isFinal })))

  test('gives the path that is recorded for the configuration, whoever signed it', async () => {
    expect(await fromNote(`db ${DB}\nweb ${WEB} AAAA\nweb ${WEB}\n`)).toEqual({ path: WEB })
  })

  test.each([true, false])('may have none, and not for ever (finally: %s)', async (isFinal) => {
    const words = 'no path is recorded for web with this commit'
    expect(await fromNote(`db ${DB}\n`, isFinal)).toEqual(silent(words, isFinal))
    expect(await fromNote('', isFinal)).toEqual(silent(words, isFinal))
  })

  test('does not choose between several', async () => {
    const note = `web ${WEB}\nweb ${OTHER}\n`
    expect(await fromNote(note)).toEqual(silent(`it names several paths: ${WEB}, ${OTHER}`, false))
  })

  test('says why there is no note', async () => {
    const route = recordedRoute(async () => ({ text: undefined, words: 'GitHub sleeps', isFinal: false }))
    expect(await replyOf(route)).toEqual(silent('GitHub sleeps', false))
  })
})
