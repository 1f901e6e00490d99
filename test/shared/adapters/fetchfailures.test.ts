import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newFetch } from '../../../actions/shared/adapters/fetch.ts'
import { fieldOf, messageOf } from '../../../actions/shared/errors.ts'
import { faults } from '../../support/binarycache.ts'
import { freePort } from '../../support/sshd.ts'
import { type Handler, startAnswering } from './answering.ts'

const OPTIONS = { timeoutMs: 60_000, maxBytes: 100_000 } as const
const fetch = newFetch()
const server = await startAnswering()
const { base, asked, sockets } = server

beforeEach(() => {
  asked.length = 0
  server.answer = (_, response) => response.end('body')
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

describe('no answer', () => {
  test.each<[string, Handler, RegExp]>([
    ['that is never given', faults.never, /: no answer within 200 ms\.$/],
    ['that drips', faults.slow, /: no answer within 200 ms\.$/],
    ['that breaks off', faults.truncated, /: its answer broke off\.$/],
    ['that never ends', faults.endless, /: its answer is longer than 100000 bytes\.$/],
    ['of a server that hangs up', faults.reset, /: socket hang up\.$/],
    [
      'that is no HTTP',
      (request) => request.socket.end('SSH-2.0-OpenSSH\r\n'),
      /: Parse Error: Expected HTTP/,
    ],
    [
      'of endless headers',
      (request) => request.socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`),
      /Header overflow/,
    ],
  ])('is one %s', async (_, handler, words) => {
    server.answer = handler
    await expect(newFetch()(base, { ...OPTIONS, timeoutMs: 200 })).rejects.toThrow(words)
  })

  test('leaves nothing open behind', async () => {
    server.answer = faults.slow
    await expect(fetch(base, { ...OPTIONS, timeoutMs: 50 })).rejects.toThrow('no answer within')
    server.answer = faults.endless
    await expect(newFetch()(base, OPTIONS)).rejects.toThrow('is longer than')
    const closed = Date.now() + 2_000
    while (sockets.size > 105 && Date.now() < closed) await new Promise((resolve) => setTimeout(resolve, 5))
    server.answer = (_, response) => response.end('body')
    expect(await fetch(base, OPTIONS)).toMatchObject({ body: 'body' })
  })

  test('because nobody listens, on any address of a name', async () => {
    const url = `http://localhost:${await freePort()}/`
    await expect(fetch(url, OPTIONS)).rejects.toThrow(/^http:\/\/localhost:\d+\/: connect ECONNREFUSED .+\.$/)
  })

  test('because there is no such name, in a moment', async () => {
    const started = performance.now()
    const failed = await fetch('http://cache.invalid/', OPTIONS).catch((error: unknown) => error)
    expect(messageOf(failed)).toMatch(/^http:\/\/cache\.invalid\/: getaddrinfo /)
    expect(fieldOf(fieldOf(failed, 'cause'), 'code')).toMatch(/^E(NOTFOUND|AI_AGAIN)$/)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  test('because the server cannot prove its name', async () => {
    const key = join(mkdtempSync(join(tmpdir(), 'nix-vps-tls-')), 'key.pem')
    const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    const pem = execFileSync('openssl', [...argv, '-subj', '/CN=localhost', '-keyout', key], {
      stdio: 'pipe',
    })
    const secure = createSecureServer({ key: readFileSync(key), cert: pem }, () => {})
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const { port } = secure.address() as AddressInfo
    await expect(fetch(`https://127.0.0.1:${port}/`, OPTIONS)).rejects.toThrow('self-signed certificate')
    await new Promise((resolve) => secure.close(resolve))
    rmSync(dirname(key), { recursive: true })
  })

  test('because the caller gave up, for his reason', async () => {
    server.answer = faults.never
    const giveUp = new AbortController()
    const waiting = fetch(base, { ...OPTIONS, signal: giveUp.signal })
    giveUp.abort(new Error('canceled by SIGINT'))
    await expect(waiting).rejects.toThrow('canceled by SIGINT')
    await expect(fetch(base, { ...OPTIONS, signal: giveUp.signal })).rejects.toThrow('canceled by SIGINT')
    expect(asked.length).toBeLessThanOrEqual(1)
  })

  test.each([
    ['ftp://127.0.0.1/', 'ftp://127.0.0.1/ is neither http:// nor https://.'],
    ['nowhere', 'nowhere: Invalid URL.'],
  ])('from %s', async (url, words) => {
    await expect(fetch(url, OPTIONS)).rejects.toThrow(words)
  })
})
