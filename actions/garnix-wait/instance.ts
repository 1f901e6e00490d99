/**
 * An instance of garnix, asked over its API. Many stand behind a login for browsers, and then nothing here answers;
 * so nothing depends on it but the store path, and a better word about what went wrong.
 */
import { messageOf } from '../shared/errors.ts'
import type { Clock, Fetch, FetchAnswer } from '../shared/ports.ts'
import {
  commitIn,
  loginIn,
  type Asked,
  type InstanceAnswer,
  type LoginAnswer,
  type Refusal,
} from './instanceanswer.ts'
import { logPageIn } from './buildlog.ts'
import type { Build } from './commit.ts'
import type { Instance as Given } from './inputs.ts'

export interface Address {
  /** Without a slash at its end. */
  readonly url: string
  /** Whether a check run gave it, and not the inputs. */
  readonly isFound: boolean
}

export interface Question {
  readonly credentials: Given['credentials']
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly sha: string
}

export interface InstanceWorld {
  readonly fetch: Fetch
  readonly clock: Clock
}

const ANSWER_MS = 15_000
/** A thousand builds, the most it lists, take less than one. */
const MAX_BYTES = 8_388_608
/** Of 4,096 lines each; the first one is nearly always the only one. */
const MAX_PAGES = 5
/** A login is good for an hour. */
const LOGIN_MS = 3_000_000
const GONE = /(?:^|\.)garnix\.io$/

/** The base of an instance in the link of one of its check runs: `<base>/build/<id>` or `<base>/run/<id>`. */
export function addressInLink(link: string): Address | undefined {
  const url = URL.parse(link)
  const [, path] = /^(.*)\/(?:build|run)\/[A-Za-z0-9]+\/?$/.exec(url?.pathname ?? '') ?? []
  if (url === null || path === undefined || !/^https?:$/.test(url.protocol)) return undefined
  return { url: `${url.origin}${path}`, isFound: true }
}

/** That of the inputs, else that of the first link which leads to one. */
export function addressOf({ url }: Given, links: Iterable<string>): Address | undefined {
  if (url !== undefined) return { url, isFound: false }
  for (const link of links) {
    const found = addressInLink(link)
    if (found !== undefined) return found
  }
  return undefined
}

export class Instance {
  readonly #question: Question
  readonly #world: InstanceWorld
  readonly #logins = new Map<string, { readonly authorization: string; readonly untilMs: number }>()

  constructor(question: Question, world: InstanceWorld) {
    this.#question = question
    this.#world = world
  }

  /** Asks for the commit: one request, and another one for a login. Rejects with the signal's reason only. */
  async ask(address: Address | undefined, signal?: AbortSignal): Promise<InstanceAnswer> {
    if (address === undefined)
      return refusal("no check run links to an instance, and 'instance-url' is not given", false)
    const asked = this.#asked(address)
    const answer = await this.#get(address, `/api/commits/${asked.sha}`, signal)
    return 'kind' in answer ? answer : commitIn(answer, asked)
  }

  /**
   * What the instance itself wrote into the log of a build since its end, which is what it tells of its cache: the text
   * of a check run has no more than the last hundred lines. `''` if it is not to be had.
   */
  async ownLines(address: Address, { id, endTime }: Build, signal?: AbortSignal): Promise<string> {
    const path = `/api/build/${encodeURIComponent(id)}/logs`
    const lines: string[] = []
    let after = endTime
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`
      const answer = await this.#get(address, `${path}${query}`, signal)
      const page = 'kind' in answer ? undefined : logPageIn(answer.body)
      lines.push(...(page?.own ?? []))
      after = page?.next
      if (after === undefined) break
    }
    return lines.join('\n')
  }

  #asked({ url }: Address): Asked {
    const { credentials, repository, sha } = this.#question
    return { url, login: credentials?.login, repository, sha }
  }

  /** With a login where there are credentials. */
  async #get(
    address: Address,
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<FetchAnswer | Refusal> {
    const hindrance = hindranceAt(address, this.#question.credentials !== undefined)
    if (hindrance !== undefined) return refusal(hindrance, true)
    try {
      const login = await this.#login(this.#asked(address), signal)
      if (login?.kind === 'none') return login
      const headers = login === undefined ? {} : { authorization: login.authorization }
      return await this.#fetch(`${address.url}${path}`, { headers }, signal)
    } catch (error) {
      signal?.throwIfAborted()
      return refusal(messageOf(error).replace(/\.$/, ''), false)
    }
  }

  /** To whoever comes with a login that has run out, the instance answers as to anybody else; so none may run out. */
  async #login(asked: Asked, signal: AbortSignal | undefined): Promise<LoginAnswer | undefined> {
    const { credentials } = this.#question
    if (credentials === undefined) return undefined
    const known = this.#logins.get(asked.url)
    const nowMs = this.#world.clock.now()
    if (known !== undefined && nowMs < known.untilMs) return { kind: 'login', ...known }
    const basic = Buffer.from(`${credentials.login}:${credentials.token}`).toString('base64')
    const post = { headers: { authorization: `Basic ${basic}` }, body: '' }
    const answer = loginIn(await this.#fetch(`${asked.url}/api/auth/jwt`, post, signal), asked)
    if (answer.kind === 'login')
      this.#logins.set(asked.url, { authorization: answer.authorization, untilMs: nowMs + LOGIN_MS })
    return answer
  }

  #fetch(
    url: string,
    { headers, ...rest }: { readonly headers: Readonly<Record<string, string>>; readonly body?: string },
    signal: AbortSignal | undefined,
  ): Promise<FetchAnswer> {
    return this.#world.fetch(url, {
      ...rest,
      ...(signal === undefined ? {} : { signal }),
      headers: { ...headers, accept: 'application/json' },
      timeoutMs: ANSWER_MS,
      maxBytes: MAX_BYTES,
    })
  }
}

/** Why nothing is asked of an address, if so. */
function hindranceAt({ url, isFound }: Address, hasCredentials: boolean): string | undefined {
  const { hostname, protocol } = new URL(url)
  if (GONE.test(hostname))
    return `${hostname} is gone: the hosted garnix.io shut down on 2026-07-15, its API with it`
  // The address of the inputs is somebody's own decision; one that is found is not.
  if (isFound && hasCredentials && protocol !== 'https:')
    return `${url}, which a check run links to, is not https://: 'instance-token' is not sent there unless 'instance-url' says so`
  return undefined
}

function refusal(words: string, isFinal: boolean): Refusal {
  return { kind: 'none', words, isFinal }
}
