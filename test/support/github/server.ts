/**
 * A GitHub on loopback that remembers. Every request and every answer is held against GitHub's own description, and
 * GraphQL against its schema; what does not fit makes `verify` throw.
 *
 *     await using github = await fakeGitHub()
 *     const { state } = github
 *     state.seed({ 'flake.nix': '…', 'flake.lock': '…' })           // acme/infra, branch main
 *     state.push('main', { files: { 'flake.nix': '…' } })           // somebody pushes; null deletes a file
 *     state.setBranch('update', state.commit({ parents: [oid] }))   // whatever else is done to branches
 *     state.textAt('update', 'flake.lock')                          // what came of it
 *     state.repository('NixOS/nixpkgs').push('main')                // the repository of an input
 *     github.tokens.set('ghp_x', { login: 'alice', permissions: ['contents: read'] })
 *
 * `state.settings`, `addRule`, `collaborators`, `teams` and `labels` are how the repository is set up; `lag` is how
 * late GitHub hears of its own writes; `pulls`, `refs`, `dispatches` and `comments` are what came of it all, and
 * `mergePull` is what somebody does about it. The token `secret` is that of a job; one that names a repository among its
 * `repositories` works on that as on the first. `disturb` answers in GitHub's stead: a secondary rate limit is
 * `{ status: 403, headers: { 'retry-after': '60' }, body: '{"message":"…"}' }`.
 *
 * A new operation needs its name in scripts/github-description.js and an entry in one of the tables that operations.ts
 * collects.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { apiOf, type Api, type Asked } from './api.ts'
import type { Answered } from './asked.ts'
import { GitHubState } from './state.ts'
import type { Token } from './tokens.ts'

interface Fault {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** `hang` = never an answer, `cut` = half of one. */
type Disturbance = Fault | 'hang' | 'cut' | undefined

interface Exchange {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly authorization: string | undefined
  status: number
}

export interface FakeGitHub extends AsyncDisposable {
  readonly url: string
  readonly state: GitHubState
  readonly tokens: Map<string, Token>
  readonly exchanges: Exchange[]
  readonly problems: string[]
  /** Throws if a request or an answer did not fit the description; so does disposing it. */
  verify(): void
  /** Asked before each answer; tests put in what goes wrong. */
  disturb: (exchange: Exchange, count: number) => Disturbance
  /** Lets the others act, whose time has come. */
  catchUp: () => void
  /** Milliseconds since 2026-01-31T12:00:00Z. */
  now: () => number
  /** Requests of this hour that are left. */
  remaining: number
  /** All but those that were answered 304. */
  counted(): number
}

const EPOCH_MS = Date.UTC(2026, 0, 31, 12)
const WINDOW_MS = 3_600_000

export async function fakeGitHub(): Promise<FakeGitHub> {
  const server = createServer((request, response) => {
    serve(github, api, { request, response }).catch((error: unknown) => {
      github.problems.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const github: FakeGitHub = {
    url: `http://127.0.0.1:${port}`,
    state: new GitHubState(() => github.now()),
    tokens: new Map([['secret', { login: 'github-actions[bot]' }]]),
    exchanges: [],
    problems: [],
    disturb: () => undefined,
    catchUp: () => undefined,
    now: () => 0,
    remaining: 1_000,
    verify: () => {
      if (github.problems.length > 0) throw new Error(github.problems.splice(0).join('\n'))
    },
    counted: () => github.exchanges.filter(({ status }) => status !== 304).length,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      github.verify()
    },
  }
  const api = await apiOf(github)
  return github
}

interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

async function serve(github: FakeGitHub, api: Api, { request, response }: Call): Promise<void> {
  const { method = '', url = '', headers } = request
  const asked = { method, url, headers, body: await textOf(request) }
  const exchange: Exchange = { method, path: url, authorization: headers.authorization, status: 0 }
  github.exchanges.push(exchange)
  github.catchUp()
  const disturbance = github.disturb(exchange, github.exchanges.length)
  if (disturbance === 'hang') return
  const sent = typeof disturbance === 'object' ? disturbance : await answerTo(github, api, asked)
  exchange.status = sent.status
  if (sent.status !== 304) github.remaining--
  response.writeHead(sent.status, { ...common(github), ...sent.headers })
  const body = sent.body ?? ''
  if (disturbance === 'cut') response.write(body.slice(0, body.length / 2), () => response.destroy())
  else response.end(body)
}

async function answerTo({ remaining }: FakeGitHub, api: Api, asked: Asked): Promise<Fault> {
  const { status, data, headers } = remaining > 0 ? await api(asked) : EXHAUSTED
  if (status === 204) return { status }
  const body = JSON.stringify(data)
  const etag = `W/"${createHash('sha256').update(body).digest('hex')}"`
  const isKnown = asked.method === 'GET' && status === 200 && asked.headers['if-none-match'] === etag
  if (isKnown) return { status: 304, headers: { etag } }
  return { status, headers: { etag, 'content-type': JSON_TYPE, ...headers }, body }
}

const JSON_TYPE = 'application/json; charset=utf-8'
const EXHAUSTED: Answered = { status: 403, data: { message: 'API rate limit exceeded for installation.' } }

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text
}

function common(github: FakeGitHub): Record<string, string> {
  const nowMs = EPOCH_MS + github.now()
  const resetMs = EPOCH_MS + Math.ceil((github.now() + 1) / WINDOW_MS) * WINDOW_MS
  return {
    date: new Date(nowMs).toUTCString(),
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': String(Math.max(0, github.remaining)),
    'x-ratelimit-reset': String(Math.floor(resetMs / 1_000)),
  }
}
