import { describe, expect, test } from '@jest/globals'
import { Instance, type Question } from '../../actions/garnix-wait/instance.ts'
import { newFetch } from '../../actions/shared/adapters/fetch.ts'
import type { Fetch, FetchOptions } from '../../actions/shared/ports.ts'
import { FakeClock } from '../support/fakes.ts'
import { GarnixApi, type Gate } from '../support/garnixapi.ts'
import { END, type ApiBuild, type ApiCommit, type CodeLine } from '../support/garnixcommit.ts'
import { SHA } from './given.ts'

const PATH = '/nix/store/00000000000000000000000000000000-nixos-system-web-26.11'
const ME = { login: 'me', token: 'secret-token' }
const QUESTION: Question = { credentials: undefined, repository: 'me/servers', sha: SHA }
const LINES = ['up', 'oss', 'jg'] as const

function build(fields: Partial<ApiBuild> = {}): ApiBuild {
  return { id: 'B5aPM2pB', name: 'web', kind: 'nixosConfiguration', path: PATH, status: 'Success', ...fields }
}

function commitOf(fields: Partial<ApiCommit> = {}): ApiCommit {
  return {
    sha: SHA,
    owner: 'me',
    repo: 'servers',
    isPublic: true,
    isEvaluated: true,
    builds: [build()],
    ...fields,
  }
}

async function instanceWith(commit: ApiCommit | undefined, line?: CodeLine): Promise<GarnixApi> {
  const api = await GarnixApi.start(line)
  if (commit !== undefined) api.commits.push(commit)
  api.users.push(ME)
  return api
}
const world = (fetch: Fetch = newFetch(), clock = new FakeClock()) => ({ fetch, clock })
const given = (url: string) => ({ url, isFound: false })
const asked = (api: GarnixApi, question: Partial<Question> = {}) =>
  new Instance({ ...QUESTION, ...question }, world()).ask(given(api.url))

describe.each(LINES)('an instance of code line %s', (line) => {
  test('tells of a commit and its builds', async () => {
    const isEarly = line === 'jg'
    const builds = [
      build({ isUploaded: true, wasAlreadyBuilt: false }),
      { id: 'x0000001', name: 'fmt', kind: 'check' },
      build({ name: 'db', status: 'Failure', path: undefined as unknown as string }),
      { id: 'x0000002', name: 'mail', kind: 'nixosConfiguration', path: PATH },
    ]
    await using api = await instanceWith(commitOf({ builds }), line)
    expect(await asked(api)).toEqual({
      kind: 'commit',
      commit: {
        sha: SHA,
        repository: 'me/servers',
        isPublic: true,
        builds: [
          told({ status: 'Success', endTime: END, storePath: PATH, isUploaded: true }),
          told({ id: 'x0000001', name: 'fmt', kind: 'check' }),
          told({ name: 'db', status: 'Failure', endTime: END }),
          told({ id: 'x0000002', name: 'mail', storePath: isEarly ? PATH : undefined }),
        ],
      },
    })
  })

  test('has no builds before the flake is evaluated', async () => {
    await using api = await instanceWith(commitOf({ isEvaluated: false }), line)
    expect(await asked(api)).toMatchObject({ kind: 'commit', commit: { builds: [] } })
  })

  test('shows a private repository to who is logged in, and to nobody else', async () => {
    await using api = await instanceWith(commitOf({ isPublic: false }), line)
    expect(await asked(api)).toEqual({
      kind: 'none',
      words: `${api.url} does not know the commit, or the repository is private and 'instance-login' and 'instance-token' are missing`,
      isFinal: false,
    })
    expect(await asked(api, { credentials: ME })).toMatchObject({
      kind: 'commit',
      commit: { isPublic: false },
    })
  })
})

test('an instance that finds a commit by its hash alone may tell of a fork', async () => {
  const fork = commitOf({ owner: 'fork' })
  for (const line of LINES) {
    await using api = await instanceWith(fork, line)
    api.commits.push(commitOf())
    expect(await asked(api)).toEqual({
      kind: 'none',
      words: `${api.url} tells of ${SHA} in fork/servers, not of this repository`,
      isFinal: true,
    })
  }
})

function told(fields: Record<string, unknown>): Record<string, unknown> {
  const rest = { id: 'B5aPM2pB', kind: 'nixosConfiguration', name: 'web', status: '' }
  return {
    ...rest,
    endTime: undefined,
    storePath: undefined,
    isUploaded: false,
    wasAlreadyBuilt: false,
    ...fields,
  }
}

describe('a login', () => {
  test('is made once, and again before it runs out', async () => {
    await using api = await instanceWith(commitOf({ isPublic: false }))
    const clock = new FakeClock()
    const instance = new Instance({ ...QUESTION, credentials: ME }, world(newFetch(), clock))
    const ask = async () => (await instance.ask(given(api.url))).kind
    expect([await ask(), await ask()]).toEqual(['commit', 'commit'])
    clock.advance(3_000_000)
    api.endLogins()
    expect(await ask()).toBe('commit')
    const login = 'POST /api/auth/jwt'
    const commit = `GET /api/commits/${SHA}`
    expect(api.asked).toEqual([login, commit, commit, login, commit])
  })

  test('that is refused is final, and nothing of it is told', async () => {
    await using api = await instanceWith(commitOf())
    const answer = await asked(api, { credentials: { ...ME, token: 'wrong-token' } })
    expect(answer).toEqual({
      kind: 'none',
      words: `${api.url} refuses the login of me: 'instance-token' has to be one of this user's access tokens, with scope 'api'`,
      isFinal: true,
    })
  })

  test('that may not see the repository learns of no commit', async () => {
    await using api = await instanceWith(undefined)
    expect(await asked(api, { credentials: ME })).toEqual({
      kind: 'none',
      words: `${api.url} does not know the commit, or me may not see it`,
      isFinal: false,
    })
  })
})

describe('what stands before an instance', () => {
  const PAGE =
    'answers with a web page instead of its API: a login for browsers stands before it, or it is no instance of garnix'
  test.each<readonly [Gate, string, boolean]>([
    ['login-page', PAGE, true],
    ['login-redirect', PAGE, true],
    ['unauthorized', PAGE, true],
    ['down', 'answers 502', false],
  ])('%s', async (gate, words, isFinal) => {
    await using api = await instanceWith(commitOf())
    api.gate = gate
    const expected = { kind: 'none', words: `${api.url} ${words}`, isFinal }
    expect(await asked(api)).toEqual(expected)
    expect(await asked(api, { credentials: ME })).toEqual(expected)
  })

  test('nobody: the reason is told, and it may come', async () => {
    const answer = await new Instance(QUESTION, world()).ask(given('http://127.0.0.1:1'))
    expect(answer).toMatchObject({ kind: 'none', isFinal: false })
    expect(answer).toHaveProperty(
      'words',
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/api\/commits\/.*ECONNREFUSED.*[^.]$/),
    )
  })

  test('silence ends with the signal', async () => {
    await using api = await instanceWith(commitOf())
    api.gate = 'silent'
    const calling = new AbortController()
    const answer = new Instance(QUESTION, world()).ask(given(api.url), calling.signal)
    const reason = new Error('enough')
    setImmediate(() => {
      calling.abort(reason)
    })
    await expect(answer).rejects.toBe(reason)
  })
})

test('an answer may take fifteen seconds and eight MiB', async () => {
  const seen: FetchOptions[] = []
  const fetch: Fetch = async (_, options) => {
    seen.push(options)
    return { status: 500, headers: {}, body: '' }
  }
  await new Instance(QUESTION, world(fetch)).ask(given('https://g.example'))
  expect(seen).toEqual([{ headers: { accept: 'application/json' }, timeoutMs: 15_000, maxBytes: 8_388_608 }])
})
