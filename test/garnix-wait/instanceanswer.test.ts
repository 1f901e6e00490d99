import { describe, expect, test } from '@jest/globals'
import { Instance, type Question } from '../../actions/garnix-wait/instance.ts'
import type { Fetch, FetchAnswer } from '../../actions/shared/ports.ts'
import { FakeClock } from '../support/fakes.ts'
import { SHA } from './given.ts'

const PATH = '/nix/store/00000000000000000000000000000000-nixos-system-web-26.11'
const QUESTION: Question = { credentials: undefined, repository: 'me/servers', sha: SHA }

/** What an answer means, whoever gives it. */
async function meaningOf(answer: Partial<FetchAnswer>, question: Partial<Question> = {}) {
  const fetch: Fetch = async () => ({ status: 200, headers: {}, body: '', ...answer })
  return new Instance({ ...QUESTION, ...question }, { fetch, clock: new FakeClock() }).ask({
    url: 'https://g.example',
    isFound: false,
  })
}

const summary = (fields: Record<string, unknown> = {}) => ({
  git_commit: SHA,
  repo_owner: 'me',
  repo_name: 'servers',
  ...fields,
})

describe('an answer', () => {
  const SHAPE = 'answers, but not as garnix does: is it one?'
  test.each([
    ['', SHAPE, true],
    ['[]', SHAPE, true],
    ['{"summary":{},"builds":{}}', SHAPE, true],
    ['{"summary":[],"builds":[]}', SHAPE, true],
    ['{"builds":[]}', SHAPE, true],
    [
      JSON.stringify({ summary: summary({ repo_owner: 'a\nfork' }), builds: [] }),
      `tells of ${SHA} in a fork/servers, not of this repository`,
      true,
    ],
    [
      JSON.stringify({ summary: summary({ git_commit: 'f'.repeat(200) }), builds: [] }),
      `tells of ${'f'.repeat(120)}… in me/servers, not of this repository`,
      true,
    ],
  ])('%s', async (body, words, isFinal) => {
    expect(await meaningOf({ body })).toEqual({ kind: 'none', words: `https://g.example ${words}`, isFinal })
  })

  test('of other letter cases is of this repository', async () => {
    const body = JSON.stringify({ summary: summary({ repo_owner: 'Me' }), builds: [] })
    expect(await meaningOf({ body }, { repository: 'me/Servers' })).toMatchObject({ kind: 'commit' })
  })

  test('with paths and types of another shape has none of them', async () => {
    const odd = {
      id: 7,
      package: {},
      package_type: [],
      status: null,
      uploaded_to_cache: 'true',
      already_built: 1,
    }
    const builds = [
      { ...odd, output_paths: { out: '/etc/passwd' } },
      { ...odd, output_paths: { out: '/nix/store/../../etc' } },
      { ...odd, output_paths: [PATH] },
      'build',
      { ...odd, output_paths: { out: PATH } },
    ]
    const body = JSON.stringify({ summary: summary({ repo_is_public: 'yes' }), builds })
    const none = {
      ...{ id: '', kind: '', name: '', status: '', endTime: undefined, storePath: undefined },
      ...{ isUploaded: false, wasAlreadyBuilt: false },
    }
    expect(await meaningOf({ body })).toEqual({
      kind: 'commit',
      commit: {
        sha: SHA,
        repository: 'me/servers',
        isPublic: false,
        builds: [none, none, none, { ...none, storePath: PATH }],
      },
    })
  })

  const refusal = (words: string, isFinal: boolean) => ({
    kind: 'none',
    words: `https://g.example ${words}`,
    isFinal,
  })

  test.each([
    [
      401,
      'Unauthorized',
      "answers 401: it wants a login, which 'instance-login' and 'instance-token' can give",
    ],
    [403, 'Forbidden: not for you', 'answers 403 (Forbidden: not for you)'],
    [403, '{"status":"error","message":"Owner is denied"}', 'answers 403 (Owner is denied)'],
    [404, '', 'answers 404: is it an instance of garnix?'],
    [404, 'no such\n page', 'answers 404 (no such page): is it an instance of garnix?'],
    [302, ' \n', 'answers 302'],
    [400, ' Bad  Request ', 'answers 400 (Bad Request)'],
    [418, 'x'.repeat(5_000), `answers 418 (${'x'.repeat(120)}…)`],
  ])('%i %p is final', async (status, body, words) => {
    expect(await meaningOf({ status, body })).toEqual(refusal(words, true))
  })

  test.each([408, 429, 500, 503])('%i may be another one later', async (status) => {
    expect(await meaningOf({ status, body: 'Something went wrong' })).toEqual(
      refusal(`answers ${status}`, false),
    )
  })

  test.each([
    [{ status: 200, body: '<!DOCTYPE html><html>' }],
    [{ status: 200, body: '\n <html lang="en">' }],
    [{ status: 404, headers: { 'content-type': 'text/html' }, body: 'nothing' }],
  ])('that is a page: %j', async (answer) => {
    expect(await meaningOf(answer)).toMatchObject({
      words: expect.stringContaining('a web page'),
      isFinal: true,
    })
  })
})

describe('an answer to a login', () => {
  test.each([
    ['no token', '{"expiresAt":"2026-11-23T13:00:00Z"}'],
    ['a token that would end its header', '{"token":"a\\r\\nx-evil: 1"}'],
    ['no JSON', 'token'],
  ])('with %s is none', async (_, body) => {
    expect(await meaningOf({ body }, { credentials: { login: 'me', token: 'secret-token' } })).toEqual({
      kind: 'none',
      words: 'https://g.example answers, but not as garnix does: is it one?',
      isFinal: true,
    })
  })
})
