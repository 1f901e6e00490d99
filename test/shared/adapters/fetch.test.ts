import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newFetch } from '../../../actions/shared/adapters/fetch.ts'
import { faults } from '../../support/binarycache.ts'
import { startAnswering } from './answering.ts'

const OPTIONS = { timeoutMs: 60_000, maxBytes: 100_000 } as const
const fetch = newFetch()
const server = await startAnswering()
const { base, elsewhere, asked, sockets } = server

beforeEach(() => {
  asked.length = 0
  server.answer = (_, response) => response.end('body')
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

describe('an answer', () => {
  test('is its status, its headers and its text', async () => {
    server.answer = (_, response) =>
      response.writeHead(418, { 'X-Kind': 'tea', 'set-cookie': ['a', 'b'] }).end('für Elise')
    const { status, headers, body } = await fetch(`${base}/pot`, { ...OPTIONS, headers: { 'x-asks': 'me' } })
    expect({ status, body }).toEqual({ status: 418, body: 'für Elise' })
    expect(headers).toMatchObject({ 'x-kind': 'tea', 'set-cookie': 'a,b' })
    expect(asked).toMatchObject([
      { url: '/pot', method: 'GET', headers: { 'x-asks': 'me', 'user-agent': 'nix-vps' } },
    ])
    expect(asked[0]?.headers['accept-encoding']).toBeUndefined()
  })

  test('to a body is one to a POST of it', async () => {
    server.answer = (request, response) => request.pipe(response)
    expect(await fetch(base, { ...OPTIONS, body: '{"a": 1}' })).toMatchObject({ body: '{"a": 1}' })
    expect(asked).toMatchObject([{ method: 'POST' }])
  })

  test('may be as long as it may be', async () => {
    server.answer = (_, response) => response.end('x'.repeat(100_000))
    expect((await fetch(base, OPTIONS)).body).toHaveLength(100_000)
  })
})

describe('connections', () => {
  test('are kept, and at most 100 at a time', async () => {
    const mine = newFetch()
    let most = 0
    server.answer = (_, response) => {
      most = Math.max(most, sockets.size)
      setTimeout(() => response.end('body'), 5)
    }
    const before = sockets.size
    await Promise.all(Array.from({ length: 400 }, () => mine(base, OPTIONS)))
    expect(most - before).toBe(100)
    expect(asked).toHaveLength(400)
  })

  test('that died unseen are replaced', async () => {
    const mine = newFetch()
    await Promise.all(Array.from({ length: 5 }, () => mine(base, OPTIONS)))
    const old = new Set(sockets)
    // The server hangs up at the very moment the next question is on its way.
    server.answer = (request, response) =>
      old.has(request.socket) ? request.socket.destroy() : response.end('fresh')
    expect(await mine(base, OPTIONS)).toMatchObject({ body: 'fresh' })
  })

  test('that die are no reason to send the same body twice', async () => {
    const mine = newFetch()
    await mine(base, OPTIONS)
    server.answer = (request) => request.socket.destroy()
    await expect(mine(base, { ...OPTIONS, body: 'once' })).rejects.toThrow('socket hang up')
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })
})

describe('redirects', () => {
  const HEADERS = { authorization: 'Basic c2VjcmV0', 'x-asks': 'me' }

  test.each([301, 302, 303, 307, 308])(
    '%i is followed, with the credentials on the same host',
    async (status) => {
      server.answer = (request, response) =>
        request.url === '/end' ? response.end('end') : response.writeHead(status, { location: 'end' }).end()
      expect(await fetch(`${base}/start`, { ...OPTIONS, headers: HEADERS })).toMatchObject({
        status: 200,
        body: 'end',
      })
      expect(asked.at(-1)?.headers).toMatchObject(HEADERS)
    },
  )

  test('lead elsewhere without the credentials', async () => {
    server.answer = faults.redirect(`${elsewhere}/there`)
    const headers = { Authorization: HEADERS.authorization, 'x-asks': 'me' }
    expect(await fetch(base, { ...OPTIONS, headers })).toMatchObject({ body: 'elsewhere' })
    expect(asked.at(-1)).toMatchObject({ url: '/there', headers: { 'x-asks': 'me' } })
    expect(asked.at(-1)?.headers.authorization).toBeUndefined()
  })

  test.each([
    [303, 'GET', ''],
    [307, 'POST', 'mine'],
  ])('%i of a POST leads to a %s', async (status, method, body) => {
    server.answer = (request, response) =>
      request.url === '/end' ? request.pipe(response) : response.writeHead(status, { location: '/end' }).end()
    expect(await fetch(base, { ...OPTIONS, body: 'mine' })).toMatchObject({ body })
    expect(asked.at(-1)).toMatchObject({ method })
  })

  test('without an address are answers', async () => {
    server.answer = (_, response) => response.writeHead(304).end()
    expect(await fetch(base, OPTIONS)).toMatchObject({ status: 304 })
  })

  test.each([
    ['in a circle', '/', /leads to more than 10 redirects\.$/],
    ['into the file system', 'file:///etc/passwd', 'file:///etc/passwd is neither http:// nor https://.'],
    ['to what is no address', 'http://', /it redirects to what is no address\.$/],
  ])('%s are not followed', async (_, to, words) => {
    server.answer = faults.redirect(to)
    await expect(fetch(base, OPTIONS)).rejects.toThrow(words)
    expect(asked.length).toBeLessThanOrEqual(11)
  })
})

test('a proxy of the environment is asked instead, but for its exceptions', async () => {
  process.env['http_proxy'] = base
  process.env['no_proxy'] = '127.0.0.1'
  try {
    const mine = newFetch()
    server.answer = (request, response) => response.end(request.url)
    expect(await mine('http://host.invalid/path', OPTIONS)).toMatchObject({
      body: 'http://host.invalid/path',
    })
    expect(await mine(`${base}/here`, OPTIONS)).toMatchObject({ body: '/here' })
  } finally {
    delete process.env['http_proxy']
    delete process.env['no_proxy']
  }
})

describe('a file', () => {
  let folder: string
  const url = (name: string) => `${pathToFileURL(folder).href}/${name}`

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nix-vps files-'))
    writeFileSync(join(folder, 'one'), 'für Elise')
    writeFileSync(join(folder, 'long'), 'x'.repeat(100_001))
    mkdirSync(join(folder, 'folder'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test('is an answer, or 404', async () => {
    expect(await fetch(url('one'), OPTIONS)).toEqual({ status: 200, headers: {}, body: 'für Elise' })
    expect(await fetch(url('two'), OPTIONS)).toEqual({ status: 404, headers: {}, body: '' })
    expect(await fetch(url('one/below'), OPTIONS)).toMatchObject({ status: 404 })
  })

  test.each([
    ['long', 'it is longer than 100000 bytes.'],
    ['folder', 'it is no file.'],
    ['pipe', 'it is no file.'],
  ])('that is no %s, is none', async (name, words) => {
    await expect(fetch(url(name), OPTIONS)).rejects.toThrow(`${url(name)}: ${words}`)
  })

  test('of another host is none', async () => {
    await expect(fetch('file://host/etc/passwd', OPTIONS)).rejects.toThrow(
      /^file:\/\/host\/etc\/passwd: File URL host/,
    )
  })
})
