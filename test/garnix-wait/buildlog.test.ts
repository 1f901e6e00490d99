import { describe, expect, test } from '@jest/globals'
import { logPageIn } from '../../actions/garnix-wait/buildlog.ts'
import type { Build } from '../../actions/garnix-wait/commit.ts'
import { Instance } from '../../actions/garnix-wait/instance.ts'
import { newFetch } from '../../actions/shared/adapters/fetch.ts'
import type { Fetch } from '../../actions/shared/ports.ts'
import { FakeClock } from '../support/fakes.ts'
import { GarnixApi } from '../support/garnixapi.ts'
import type { ApiBuild } from '../support/garnixcommit.ts'
import { SHA } from './given.ts'

const ID = 'B5aPM2pB'
const ME = { login: 'me', token: 'secret-token' }
const QUESTION = { credentials: undefined, repository: 'me/servers', sha: SHA }

/** What `log` holds, and those of its lines that are the instance's own. */
async function instanceWith(log: ApiBuild['log'] = [], isPublic = true): Promise<GarnixApi> {
  const api = await GarnixApi.start()
  const build: ApiBuild = { id: ID, name: 'web', kind: 'nixosConfiguration', status: 'Success', log }
  api.commits.push({ sha: SHA, owner: 'me', repo: 'servers', isPublic, isEvaluated: true, builds: [build] })
  api.users.push(ME)
  return api
}

async function ownLines(
  api: GarnixApi,
  { credentials, build }: { credentials?: typeof ME; build?: Build } = {},
) {
  const address = { url: api.url, isFound: false }
  const instance = new Instance({ ...QUESTION, credentials }, { fetch: newFetch(), clock: new FakeClock() })
  const answer = await instance.ask(address)
  const [first] = answer.kind === 'commit' ? answer.commit.builds : []
  const chosen = build ?? first
  return chosen === undefined ? 'no build' : instance.ownLines(address, chosen)
}

const asked = (api: GarnixApi) => api.asked.filter((line) => line.includes('/logs'))

describe("an instance's own lines in the log of a build", () => {
  test('are those since its end that no derivation has written', async () => {
    await using api = await instanceWith([
      { by: 'web', text: 'Uploaded by a liar' },
      { text: 'Uploaded one' },
      { text: 'Uploaded two' },
    ])
    expect(await ownLines(api)).toBe('Uploaded one\nUploaded two')
    expect(asked(api)).toEqual([`GET /api/build/${ID}/logs?after=2026-11-23T12%3A10%3A00.25Z`])
  })

  test('are read page by page, up to five', async () => {
    const log = Array.from({ length: 25 }, (_, at) => ({ text: `line ${at}` }))
    await using api = await instanceWith(log)
    api.pageSize = 10
    expect(await ownLines(api)).toBe(log.map(({ text }) => text).join('\n'))
    expect(asked(api)).toHaveLength(3)
    api.pageSize = 2
    expect((await ownLines(api)).split('\n')).toHaveLength(10)
    expect(asked(api)).toHaveLength(8)
  })

  test('of a private repository are for who is logged in', async () => {
    await using api = await instanceWith([{ text: 'Uploaded one' }], false)
    expect(await ownLines(api, { credentials: ME })).toBe('Uploaded one')
  })

  test('are none where the log is not to be had', async () => {
    await using api = await instanceWith([{ text: 'Uploaded one' }])
    const answer = await new Instance(QUESTION, { fetch: newFetch(), clock: new FakeClock() }).ask({
      url: api.url,
      isFound: false,
    })
    const build = answer.kind === 'commit' ? answer.commit.builds[0] : undefined
    if (build === undefined) throw new Error('There is no build.')
    expect(await ownLines(api, { build: { ...build, id: 'unknown' } })).toBe('')
    expect(await ownLines(api, { build: { ...build, id: '../../login?' } })).toBe('')
    expect(asked(api).at(-1)).toMatch(/^GET \/api\/build\/\.\.%2F\.\.%2Flogin%3F\/logs/)
    // Without an end it is read from its beginning.
    expect(await ownLines(api, { build: { ...build, endTime: undefined } })).toBe('Uploaded one')
    api.gate = 'down'
    expect(await ownLines(api, { build })).toBe('')
    api.gate = 'login-redirect'
    expect(await ownLines(api, { build, credentials: ME })).toBe('')
  })

  test('end with the signal', async () => {
    const reason = new Error('enough')
    const calling = new AbortController()
    const fetch: Fetch = async () => {
      calling.abort(reason)
      throw new Error('cut off')
    }
    const instance = new Instance(QUESTION, { fetch, clock: new FakeClock() })
    const build = { id: ID, endTime: undefined } as Build
    await expect(
      instance.ownLines({ url: 'https://g.example', isFound: true }, build, calling.signal),
    ).rejects.toBe(reason)
  })
})

describe('a page of a log', () => {
  test.each(['', '[]', '{"logs":[]}', '{"max_page_size":1,"logs":{}}', '{"max_page_size":"1","logs":[]}'])(
    '%p is none',
    (body) => {
      expect(logPageIn(body)).toBeUndefined()
    },
  )

  const page = (size: number, ...logs: readonly unknown[]) =>
    logPageIn(JSON.stringify({ max_page_size: size, logs }))

  test('has odd lines, and none after it that cannot be asked for', () => {
    expect(page(0)).toEqual({ own: [], next: undefined })
    expect(page(2, 'line', { package: 7, log_message: {} })).toEqual({ own: [''], next: undefined })
    const at = (timestamp: unknown) => page(1, { timestamp, log_message: 'x' })?.next
    expect(at('2026-01-31T12:00:00Z')).toBe('2026-01-31T12:00:00Z')
    expect(at('2026-01-31T12:00:00Z&x=1')).toBeUndefined()
    expect(at(7)).toBeUndefined()
    expect(page(2, { timestamp: '2026-01-31T12:00:00Z' })?.next).toBeUndefined()
  })
})
