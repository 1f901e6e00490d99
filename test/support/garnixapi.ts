/**
 * The API of a Garnix instance on loopback, as its three code lines answer: upstream (`up`), OSSystems (`oss`) and
 * joegoldin (`jg`). What differs between them is here and nowhere else.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export type CodeLine = 'up' | 'oss' | 'jg'

export interface ApiBuild {
  readonly id: string
  readonly name: string
  /** `nixosConfiguration`, `package`, `check` … */
  readonly kind: string
  /** Its path; an instance tells it when the build is over, joegoldin's as soon as it is evaluated. */
  readonly path?: string
  /** `undefined` while it runs. */
  status?: 'Success' | 'Failure' | 'Timeout' | 'Cancelled' | 'Skipped'
  isUploaded?: boolean
  wasAlreadyBuilt?: boolean
}

export interface ApiCommit {
  readonly sha: string
  readonly owner: string
  readonly repo: string
  readonly isPublic: boolean
  /** Nothing but the summary is told before. */
  isEvaluated: boolean
  readonly builds: ApiBuild[]
}

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
  /** `GET /api/commits/…`, in the order they came. */
  readonly asked: string[] = []
  readonly #line: CodeLine
  readonly #server = createServer((request, response) => {
    this.#answer(request, response)
  })
  #logins = 0

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
    this.#logins = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request
    this.asked.push(`${method} ${url}`)
    if (this.gate !== 'open' && url !== '/login') gates[this.gate](response)
    else if (url === '/login') page(response, 200, 'Log in')
    else if (method === 'POST' && url === '/api/auth/jwt') this.#login(request, response)
    else if (method === 'GET' && url.startsWith('/api/commits/')) this.#commit(request, response)
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
    this.#logins += 1
    json(response, { token: tokenNumber(this.#logins), expiresAt: '2026-11-23T13:00:00.000000Z' })
  }

  /** A login that is not valid is none, and a commit that one may not see is one that is not there. */
  #commit({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const sha = url.slice('/api/commits/'.length)
    const isLoggedIn = Array.from({ length: this.#logins }, (_, at) => `Bearer ${tokenNumber(at + 1)}`).includes(
      headers.authorization ?? '',
    )
    const found = this.commits.find((commit) => commit.sha === sha && (commit.isPublic || isLoggedIn))
    // Upstream looks for the commit alone and then whether it may be seen; OSSystems takes the first that may be.
    const first = this.commits.find((commit) => commit.sha === sha)
    const commit = this.#line === 'oss' || found === first ? found : undefined
    if (commit === undefined) {
      const message = `Commit '${sha}' not found. Either it doesn't exist, or you don't have access to it.`
      response.writeHead(404).end(JSON.stringify({ status: 'error', message }))
      return
    }
    json(response, this.#told(commit))
  }

  #told(commit: ApiCommit): Record<string, unknown> {
    const { builds, isEvaluated } = commit
    const isNew = this.#line === 'jg'
    return {
      summary: {
        repo_owner: commit.owner,
        repo_name: commit.repo,
        repo_is_public: commit.isPublic,
        git_commit: commit.sha,
        branch: 'main',
        req_user: commit.owner,
        start_time: '2026-11-23T12:00:00.123456Z',
        succeeded: builds.filter(({ status }) => status === 'Success').length,
        failed: builds.filter(({ status }) => status === 'Failure' || status === 'Timeout').length,
        pending: builds.filter(({ status }) => status === undefined).length,
        cancelled: builds.filter(({ status }) => status === 'Cancelled').length,
        ...(isNew ? { running: 0, forge: 'github' } : {}),
      },
      builds: isEvaluated ? builds.map((build) => this.#toldOf(build, commit)) : [],
      runs: [],
      ...(isNew ? { running_build_ids: [], waiting_on: [] } : {}),
    }
  }

  /** What is not known is left out; only the system is null. */
  #toldOf(build: ApiBuild, { sha, owner, repo, isPublic }: ApiCommit): Record<string, unknown> {
    const { id, name, kind, path, status, isUploaded = false, wasAlreadyBuilt } = build
    const isPathKnown = path !== undefined && (this.#line === 'jg' || status !== undefined)
    return {
      id,
      repo_user: owner,
      repo_name: repo,
      branch: 'main',
      repo_is_public: isPublic,
      git_commit: sha,
      package: name,
      package_type: kind,
      system: kind.endsWith('Configuration') ? null : 'x86_64-linux',
      req_user: owner,
      start_time: '2026-11-23T12:00:01.5Z',
      ...(status === undefined ? {} : { status, end_time: '2026-11-23T12:10:00Z' }),
      ...(isPathKnown ? { drv_path: `${path}.drv`, output_paths: { out: path } } : {}),
      github_run_id: 123_456,
      wants_incrementalism: false,
      eval_host: 'builder',
      uploaded_to_cache: isUploaded,
      ...(wasAlreadyBuilt === undefined ? {} : { already_built: wasAlreadyBuilt }),
      ...(this.#line === 'jg' ? { forge: 'github' } : {}),
    }
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

/** In the form of a JWT. */
function tokenNumber(number: number): string {
  return `eyJhbGciOiJIUzUxMiJ9.${Buffer.from(`{"dat":${number}}`).toString('base64url')}.c2lnbmF0dXJl`
}
