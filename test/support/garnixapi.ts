/** The API of a Garnix instance on loopback, with what may stand before it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { toldCommit, toldLog, type ApiCommit, type CodeLine } from './garnixcommit.ts'

/** What stands before the API: nothing, a login for browsers, a proxy whose instance is down, or one that is silent. */
export type Gate = 'open' | 'login-page' | 'login-redirect' | 'unauthorized' | 'down' | 'silent'

interface User {
  readonly login: string
  readonly token: string
}

export class GarnixApi implements AsyncDisposable {
  readonly commits: ApiCommit[] = []
  /** Those who may read private repositories. */
  readonly users: User[] = []
  gate: Gate = 'open'
  /** Lines of a log in one answer. */
  pageSize = 4_096
  /** `GET /api/commits/…`, in the order they came. */
  readonly asked: string[] = []
  readonly #line: CodeLine
  readonly #server = createServer((request, response) => {
    this.#answer(request, response)
  })
  readonly #logins: string[] = []
  #loginCount = 0

  private constructor(line: CodeLine) {
    this.#line = line
  }

  static async start(line: CodeLine = 'up'): Promise<GarnixApi> {
    const api = new GarnixApi(line)
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** As after an hour: what was handed out is worth nothing any more. */
  endLogins(): void {
    this.#logins.length = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const asked = `${request.method} ${request.url}`
    this.asked.push(asked)
    if (asked === 'GET /login') page(response, 200, 'Sign in')
    else if (this.gate !== 'open') gates[this.gate](response)
    else if (asked === 'POST /api/auth/jwt') this.#login(request, response)
    else if (asked.startsWith('GET /api/commits/')) this.#commit(request, response)
    else if (asked.startsWith('GET /api/build/')) this.#log(request, response)
    else response.writeHead(404).end()
  }

  /** What fails is told in plain text without a type. */
  #login({ headers }: IncomingMessage, response: ServerResponse): void {
    const { authorization = '' } = headers
    if (authorization.startsWith('Bearer ')) {
      response.writeHead(403).end('Forbidden: Creating JWTs is only allowed with the api access tokens.')
      return
    }
    const isKnown = this.users.some(
      ({ login, token }) => authorization === `Basic ${Buffer.from(`${login}:${token}`).toString('base64')}`,
    )
    if (!isKnown) {
      response.writeHead(401).end('Unauthorized')
      return
    }
    this.#loginCount += 1
    const token = tokenNumber(this.#loginCount)
    this.#logins.push(`Bearer ${token}`)
    json(response, { token, expiresAt: '2026-11-23T13:00:00.000000Z' })
  }

  #log({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, this.url)
    const visible = this.commits.filter(({ isPublic }) => isPublic || this.#isLoggedIn(headers))
    const builds = visible.flatMap((commit) => commit.builds)
    const build = builds.find(({ id }) => pathname === `/api/build/${id}/logs`)
    if (build === undefined) notFound(response, 'Build')
    else json(response, toldLog(build, searchParams.get('after'), this.pageSize))
  }

  #isLoggedIn({ authorization = '' }: IncomingMessage['headers']): boolean {
    return this.#logins.includes(authorization)
  }

  /** A login that is not valid is none, and a commit that one may not see is one that is not there. */
  #commit({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const sha = url.slice('/api/commits/'.length)
    const isLoggedIn = this.#isLoggedIn(headers)
    const found = this.commits.find((commit) => commit.sha === sha && (commit.isPublic || isLoggedIn))
    // Upstream looks for the commit alone and then whether it may be seen; OSSystems takes the first that may be.
    const first = this.commits.find((commit) => commit.sha === sha)
    const commit = this.#line === 'oss' || found === first ? found : undefined
    if (commit === undefined) {
      notFound(response, `Commit '${sha}'`)
      return
    }
    json(response, toldCommit(commit, this.#line))
  }
}

const gates: Readonly<Record<Exclude<Gate, 'open'>, (response: ServerResponse) => void>> = {
  'login-page': (response) => {
    page(response, 200, 'Sign in')
  },
  'login-redirect': (response) => {
    response.writeHead(302, { location: '/login' }).end()
  },
  unauthorized: (response) => {
    page(response, 401, 'Sign in')
  },
  down: (response) => {
    page(response, 502, 'Bad Gateway')
  },
  silent: () => undefined,
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json;charset=utf-8' }).end(JSON.stringify(value))
}

function page(response: ServerResponse, status: number, words: string): void {
  const html = `<!DOCTYPE html><html><head><title>${words}</title></head><body>${words}</body></html>`
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html)
}

/** JSON without a type, as all errors about what there is not. */
function notFound(response: ServerResponse, what: string): void {
  const message = `${what} not found. Either it doesn't exist, or you don't have access to it.`
  response.writeHead(404).end(JSON.stringify({ status: 'error', message }))
}

/** In the form of a JWT. */
function tokenNumber(number: number): string {
  return `eyJhbGciOiJIUzUxMiJ9.${Buffer.from(`{"dat":${number}}`).toString('base64url')}.c2lnbmF0dXJl`
}
