import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { httpGet } from '../../../actions/shared/adapters/http.ts'
import { freePort } from '../../support/sshd.ts'

const FOLLOW = { timeoutMs: 60_000, redirects: 'follow' } as const
const KEEP = { timeoutMs: 60_000, redirects: 'keep' } as const

let server: Server
let base: string
const asked: string[] = []

/** Sends a body until the other side has had enough. */
function endless(response: ServerResponse): void {
  const timer = setInterval(() => response.write('x'.repeat(1_000)), 5)
  response.on('close', () => {
    clearInterval(timer)
    asked.push('closed')
  })
}

/** `/200` answers so, `/302/2` redirects twice more, anything else is never answered. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? ''
  asked.push(url)
  if (url === '/endless') endless(response)
  const [, status, hops] = /^\/(\d{3})(?:\/(\d+))?$/.exec(url) ?? []
  if (status === undefined) return
  const location = hops === '0' ? '/204' : `/302/${Number(hops) - 1}`
  response.writeHead(Number(status), hops === undefined ? {} : { location }).end('body')
}

beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('the status of an answer', () => {
  test.each([200, 204, 404, 500, 503])('%i is what it is', async (status) => {
    expect(await httpGet(`${base}/${status}`, FOLLOW)).toEqual({ status })
  })

  test('is that of the last of several redirects', async () => {
    expect(await httpGet(`${base}/302/3`, FOLLOW)).toEqual({ status: 204 })
    expect(asked.slice(-5)).toEqual(['/302/3', '/302/2', '/302/1', '/302/0', '/204'])
  })

  test('is that of a redirect itself when these are kept', async () => {
    expect(await httpGet(`${base}/301/3`, KEEP)).toEqual({ status: 301 })
  })

  test('is that of a redirect to nowhere', async () => {
    expect(await httpGet(`${base}/304`, FOLLOW)).toEqual({ status: 304 })
  })
})

test('a body is not waited for', async () => {
  expect(await httpGet(`${base}/endless`, FOLLOW)).toEqual({ status: 200 })
  while (asked.at(-1) !== 'closed') await new Promise((resolve) => setTimeout(resolve, 5))
})

test('a server that cannot prove its name has not answered', async () => {
  const key = join(mkdtempSync(join(tmpdir(), 'nix-vps-tls-')), 'key.pem')
  const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const pem = execFileSync('openssl', [...argv, '-subj', '/CN=localhost', '-keyout', key], { stdio: 'pipe' })
  const secure = createSecureServer({ key: readFileSync(key), cert: pem }, answer)
  const port = await freePort()
  await new Promise<void>((resolve) => secure.listen(port, '127.0.0.1', resolve))
  await expect(httpGet(`https://127.0.0.1:${port}/200`, FOLLOW)).rejects.toThrow('self-signed certificate')
  await new Promise((resolve) => secure.close(resolve))
  rmSync(dirname(key), { recursive: true })
})

describe('no answer', () => {
  test('when redirects go on and on', async () => {
    await expect(httpGet(`${base}/302/50`, FOLLOW)).rejects.toThrow(
      /is the last of more than 10 redirects\.$/,
    )
  })

  test('in time', async () => {
    const slow = httpGet(`${base}/never`, { ...FOLLOW, timeoutMs: 99.5 })
    await expect(slow).rejects.toThrow(`${base}/never: no answer within 100 ms.`)
  })

  test('because nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`
    await expect(httpGet(url, FOLLOW)).rejects.toThrow(/ECONNREFUSED 127\.0\.0\.1/)
  })

  test('because nobody listens on any address of a name', async () => {
    const url = `http://localhost:${await freePort()}/`
    await expect(httpGet(url, FOLLOW)).rejects.toThrow(/ECONNREFUSED/)
  })

  test('from what is no web address', async () => {
    await expect(httpGet('ftp://127.0.0.1/', FOLLOW)).rejects.toThrow(
      'ftp://127.0.0.1/ is neither http:// nor https://.',
    )
  })

  test('because the caller gave up, for his reason', async () => {
    const giveUp = new AbortController()
    const waiting = httpGet(`${base}/never`, { ...FOLLOW, signal: giveUp.signal })
    giveUp.abort(new Error('canceled by SIGINT'))
    await expect(waiting).rejects.toThrow('canceled by SIGINT')
  })
})

test('a proxy of the environment is asked instead, but for its exceptions', async () => {
  process.env['http_proxy'] = base
  process.env['no_proxy'] = '127.0.0.1'
  try {
    await httpGet('http://host.invalid/path', { ...FOLLOW, timeoutMs: 300 }).catch(() => undefined)
    expect(asked.at(-1)).toBe('http://host.invalid/path')
    await httpGet(`${base}/204`, FOLLOW)
    expect(asked.at(-1)).toBe('/204')
  } finally {
    delete process.env['http_proxy']
    delete process.env['no_proxy']
  }
})
