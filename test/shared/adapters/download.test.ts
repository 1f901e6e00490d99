import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { download } from '../../../actions/shared/adapters/download.ts'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-download-'))
const file = join(folder, 'file')
const content = 'x'.repeat(100_000)
const sha256 = createHash('sha256').update(content).digest('hex')
const never = new AbortController().signal
const OPTIONS = { signal: never, timeoutMs: 20_000, maxBytes: 200_000, pauseMs: 1 }
let answers: Answer[]
let asked: number
const server = createServer((request, response) => {
  answers[Math.min(asked++, answers.length - 1)]?.(response, request)
})

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  asked = 0
})

const whole: Answer = (response) => response.end(content)
const status =
  (code: number, headers = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end()
const cut: Answer = (response) => {
  response.writeHead(200, { 'content-length': content.length })
  response.write(content.slice(1_000), () => response.destroy())
}
const hang: Answer = () => undefined

function got(options = {}) {
  const { port } = server.address() as AddressInfo
  return download({ url: `http://127.0.0.1:${port}/nix`, sha256 }, file, { ...OPTIONS, ...options })
}

test.each([
  ['at once', [whole], 1],
  ['after a redirect', [status(302, { location: '/else' }), whole], 2],
  ['at the third attempt', [status(503), cut, whole], 3],
  ['after too many requests', [status(429), whole], 2],
])('a file is there %s', async (_, these, requests) => {
  answers = these
  await got()
  expect([readFileSync(file, 'utf8'), asked]).toEqual([content, requests])
})

const REFUSED: readonly { what: string; answer: Answer; words: string | RegExp; requests: number }[] = [
  { what: 'not found', answer: status(404), words: 'its server answered with status 404', requests: 1 },
  { what: 'unavailable', answer: status(500), words: 'its server answered with status 500', requests: 3 },
  {
    what: 'something else',
    answer: (response) => response.end('else'),
    words: /its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}\.$/,
    requests: 1,
  },
  {
    what: 'too long',
    answer: (response) => response.end(content.repeat(3)),
    words: 'it is longer than 200000 bytes',
    requests: 1,
  },
  {
    what: 'in circles',
    answer: status(301, { location: '/nix' }),
    words: 'more than 10 redirects',
    requests: 11,
  },
  {
    what: 'nowhere',
    answer: status(301, { location: 'http://:0' }),
    words: 'what is no address',
    requests: 1,
  },
  {
    what: 'in a file',
    answer: status(301, { location: 'file:///etc/passwd' }),
    words: 'file:///etc/passwd is neither',
    requests: 1,
  },
  { what: 'cut each time', answer: cut, words: 'aborted', requests: 3 },
]

test.each(REFUSED)('what is $what is no file', async ({ answer, words, requests }) => {
  answers = [answer]
  await expect(got()).rejects.toThrow(words)
  expect([existsSync(file), asked]).toEqual([false, requests])
})

test('each attempt has its end', async () => {
  answers = [hang]
  await expect(got({ timeoutMs: 50 })).rejects.toThrow('it was not there within 50 ms')
  expect([existsSync(file), asked]).toEqual([false, 3])
})

test('a canceled one ends at once', async () => {
  const controller = new AbortController()
  answers = [
    () => {
      controller.abort(new Error('canceled'))
    },
  ]
  await expect(got({ signal: controller.signal })).rejects.toThrow('canceled')
  expect([existsSync(file), asked]).toEqual([false, 1])
})
