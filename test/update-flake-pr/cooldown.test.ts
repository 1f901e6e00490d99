import { expect, test } from '@jest/globals'
import { coolingIn, daysAgo, githubOriginal, inputOf, plain, pushed } from './cooldownscene.ts'
import { rev } from './locks.ts'
import { NO_ANSWER, upstreamScenes } from './upstreamscene.ts'

const scene = upstreamScenes()

async function cooled(...inputs: readonly ReturnType<typeof inputOf>[]) {
  return plain(await coolingIn(scene()).cooled(inputs))
}

const NOTHING = { update: [], pins: {}, words: [] }

test('an input moves to what was the tip when the cooldown began', async () => {
  const repository = scene().repository()
  const [old, aged, young] = pushed(repository, [20, 8, 0.6])
  expect(await cooled(inputOf(githubOriginal(repository, 'main'), old))).toEqual({
    ...NOTHING,
    pins: { input: `github:${repository.name}/${aged}` },
    words: [
      `moved to ${aged?.slice(0, 8)}: its newer tip ${young?.slice(0, 8)} is 14 hours old (cooldown 7 days)`,
    ],
  })
  expect(scene().asked).toEqual([`GET /repos/${repository.name}/activity`])
})

test('a tip that is old enough needs no words', async () => {
  const repository = scene().repository()
  const [old, aged] = pushed(repository, [20, 8])
  const pins = { input: `github:${repository.name}/${aged}` }
  expect(await cooled(inputOf(githubOriginal(repository, 'main'), old))).toEqual({ ...NOTHING, pins })
})

test('an input at the tip has nothing to wait for', async () => {
  const repository = scene().repository()
  const [, tip] = pushed(repository, [20, 1])
  expect(await cooled(inputOf(githubOriginal(repository, 'main'), tip))).toEqual(NOTHING)
})

test.each([
  [1, 'the tip then'],
  [2, 'which came after it'],
])('an input at commit %i, %s, is held and never goes back', async (at) => {
  const repository = scene().repository()
  const revs = pushed(repository, [20, 8, 3, 2])
  const [tip, current] = [revs[3]?.slice(0, 8), revs[at]]
  expect(await cooled(inputOf(githubOriginal(repository, 'main'), current))).toEqual({
    ...NOTHING,
    words: [`held at ${current?.slice(0, 8)}: its newer tip ${tip} is 2 days old (cooldown 7 days)`],
  })
  expect(scene().asked).toHaveLength(1)
})

test('which of two is newer is asked where no push tells it', async () => {
  const repository = scene().repository()
  const [first = '', aged = ''] = pushed(repository, [20, 8])
  const between = repository.commit({ parents: [aged] })
  repository.setBranch('main', repository.commit({ parents: [between] }))
  Object.assign(repository.activities.at(-1) ?? {}, { timestamp: daysAgo(1) })
  expect(await cooled(inputOf(githubOriginal(repository, 'main'), between))).toMatchObject({
    pins: {},
    words: [/./],
  })
  const aside = repository.commit({ parents: [first] })
  expect(await cooled(inputOf(githubOriginal(repository, 'main'), aside))).toMatchObject({
    pins: { input: expect.stringContaining(aged) },
  })
  const unknown = await cooled(inputOf(githubOriginal(repository, 'main'), rev('7')))
  expect(unknown.words).toEqual([
    `held at 77777777: it is not known whether ${aged.slice(0, 8)} is newer (cooldown 7 days)`,
  ])
})

test('the default branch where there is no ref, and each branch once for all flakes', async () => {
  const repository = scene().repository()
  const [old, aged] = pushed(repository, [20, 8, 1])
  const cooling = coolingIn(scene())
  const input = inputOf(githubOriginal(repository), old)
  await cooling.cooled([input, { ...input, path: 'same' }])
  expect(plain(await cooling.cooled([input])).pins).toEqual({ input: `github:${repository.name}/${aged}` })
  expect(scene().asked).toEqual(['', '/activity'].map((path) => `GET /repos/${repository.name}${path}`))
})

test.each([
  ['is exempt', { path: 'home-manager' }, { exempt: ['home-*'] }],
  ['has no cooldown', {}, { ms: 0 }],
  ['has no reference', { original: undefined }, {}],
])('an input that %s moves freely', async (_, change, cooldown) => {
  const input = { ...inputOf({ type: 'github', owner: 'o', repo: 'r' }, rev('1')), ...change }
  const result = plain(await coolingIn(scene(), cooldown).cooled([input]))
  expect([result, scene().asked]).toEqual([{ ...NOTHING, update: [input.path] }, []])
})

test.each([
  ['a rev in flake.nix', { type: 'github', owner: 'o', repo: 'r', rev: rev('1') }],
  ['a path in the repository', { type: 'path', path: './sub' }],
])('%s has nothing to wait for', async (_, original) => {
  expect(await cooled(inputOf(original, rev('1')))).toEqual({ ...NOTHING, update: ['input'] })
})

test.each([
  ['a tarball', { type: 'tarball', url: 'https://a.example/x.tar.gz' }],
  ['a tarball', { type: 'tarball', url: 'https://flakehub.com/f/acme/x/0.1.tar.gz' }],
  ['a file', { type: 'file', url: 'https://a.example/x' }],
  ['a path', { type: 'path', path: '/x' }],
  ['a name from the registry', { type: 'indirect', id: 'nixpkgs' }],
  ['it', { type: 'hg', url: 'https://a.example/x' }],
  ['it', { type: 'git', url: 'ext::sh -c id' }],
])('%s is held: %j', async (name, original) => {
  expect(await cooled(inputOf(original, rev('1')))).toEqual({
    ...NOTHING,
    words: [`held at 11111111: ${name} has no history to wait by (cooldown 7 days)`],
  })
  expect(scene().asked).toEqual([])
})

test('what is locked nowhere is held nowhere', async () => {
  const input = { ...inputOf({ type: 'indirect', id: 'nixpkgs' }), locked: undefined }
  expect((await cooled(input)).words).toEqual([
    'held: a name from the registry has no history to wait by (cooldown 7 days)',
  ])
})

test('what is locked nowhere yet moves to what is old enough', async () => {
  const repository = scene().repository()
  const [, aged] = pushed(repository, [20, 8, 1])
  const input = { ...inputOf(githubOriginal(repository, 'main')), locked: undefined }
  expect((await cooled(input)).pins).toEqual({ input: `github:${repository.name}/${aged}` })
})

test('another GitHub is asked with its own token', async () => {
  const entry = { before: rev('1'), after: rev('2'), timestamp: daysAgo(9), activity_type: 'push' }
  scene().answer = () => ({ body: [entry] })
  scene().accessTokens = 'git.example=theirs'
  const original = { type: 'github', owner: 'o', repo: 'r', ref: 'main', host: 'git.example' }
  const { pins } = await cooled(inputOf(original, rev('1')))
  expect(pins).toEqual({ input: `github:o/r/${rev('2')}?host=git.example` })
  const url = 'https://git.example/api/v3/repos/o/r/activity?ref=refs%2Fheads%2Fmain&per_page=100'
  expect(scene().fetched).toEqual([{ url, authorization: 'Bearer theirs' }])
})

test('one in the cloud has its API beside it', async () => {
  scene().answer = () => NO_ANSWER
  const original = { type: 'github', owner: 'o', repo: 'r', ref: 'main', host: 'acme.ghe.com' }
  await cooled(inputOf(original, rev('1')))
  expect(scene().fetched[0]?.url).toMatch(/^https:\/\/api\.acme\.ghe\.com\/repos\/o\/r\/activity/)
})

test('without an answer it is held', async () => {
  scene().answer = () => NO_ANSWER
  const original = { type: 'github', owner: 'o', repo: 'r', ref: 'main', host: 'git.example' }
  expect((await cooled(inputOf(original, rev('1')))).words).toEqual([
    'held at 11111111: https://x: no answer within 20 s (cooldown 7 days)',
  ])
})

test('what no reference leads to is held', async () => {
  const repository = scene().repository()
  const [old, aged] = pushed(repository, [20, 8])
  const url = `https://github.com/${repository.name}`
  const input = inputOf({ type: 'git', url, ref: 'main', verifyCommit: true }, old)
  expect((await cooled(input)).words).toEqual([
    `held at ${old?.slice(0, 8)}: no reference leads to its older tip ${aged?.slice(0, 8)} (cooldown 7 days)`,
  ])
})
