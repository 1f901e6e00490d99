/** What an action asks of the world. Types only; `adapters/` has the real ones, tests have small fakes. */
import type { HostKeyPin } from './hostkey.ts'
import type { PrivateKey } from './privatekey.ts'

export interface Clock {
  /** Milliseconds of a monotonic clock: only differences mean anything. */
  now(): number
  /** Rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Annotation {
  /** Relative to the root of the repository. */
  readonly file?: string
  readonly startLine?: number
  readonly startColumn?: number
  readonly title?: string
}

/** The step's log. Text from outside is safe in every method; `host` is the one for streams of it. */
export interface Log {
  debug(message: string): void
  info(message: string): void
  notice(message: string, annotation?: Annotation): void
  warning(message: string, annotation?: Annotation): void
  error(message: string, annotation?: Annotation): void
  /** Groups do not nest: the runner ends an open one at the next. */
  group(name: string): void
  endGroup(): void
  /**
   * A piece of a stream of foreign text, which can never become a command to the runner. Lines end at a line break
   * and are shown when they are whole; any other message of this log ends a line that is not.
   */
  host(text: string): void
}

/** The trimmed value of an input, `''` if it is not given. */
export type ReadInput = (name: string) => string

export interface Outputs {
  /** The last value of a name counts; all are there once the action has ended, however it ended. */
  set(name: string, value: string): void
}

export interface Summary {
  write(markdown: string): Promise<void>
}

export interface Random {
  /** Lower-case hex digits, two for each byte. */
  hex(bytes: number): string
}

/**
 * How a remote command ended. `lost` = the connection broke (or the caller gave up) before the host said how: the
 * command may still run there, so it is neither a success nor a failure.
 */
export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'lost'; readonly reason: string }

/** Pieces of valid text, cut anywhere but inside a character. */
export interface ExecHandlers {
  stdout(text: string): void
  stderr(text: string): void
}

/** One connection, open and authenticated. Disposing it closes it, and its jump host's too. */
export interface Session extends AsyncDisposable {
  /**
   * Runs one command (`''` is the empty request) and never rejects: whatever breaks is `lost`. An aborted signal
   * closes the channel and gives `lost`; it does not stop the command on the host.
   */
  exec(command: string, handlers: ExecHandlers, signal?: AbortSignal): Promise<Exit>
  /** For how long nothing at all has come over it. A host that is there gives a sign of life every other second. */
  quietMs(): number
}

export interface DialOptions {
  /** For everything up to a session: name, connection, keys, jump host. */
  readonly timeoutMs: number
  /** For the TCP connection alone, of which no server knows until it stands; default: as long as the rest. */
  readonly reachMs?: number
  readonly signal?: AbortSignal
}

/** Opens one connection, once. Rejects with `ConnectError`, or with the signal's reason if that was aborted. */
export type Dial = (options: DialOptions) => Promise<Session>

export interface Endpoint {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly key: PrivateKey
  readonly pin: HostKeyPin
}

export interface Destination extends Endpoint {
  /** One hop; its host key is checked as well. */
  readonly jump?: Endpoint
}

interface HttpOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** `follow` = up to ten hops, and the status of the last; `keep` = the first answer, whatever it is. */
  readonly redirects: 'follow' | 'keep'
}

/** A GET whose body is thrown away. Rejects when there is no answer (the message says why), never because of a status. */
export type HttpGet = (url: string, options: HttpOptions) => Promise<{ readonly status: number }>

export interface FetchOptions {
  readonly timeoutMs: number
  /** Of the body; a longer one is given up. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
  /** An Authorization header is sent to the host of the URL alone, and to no other it redirects to. */
  readonly headers?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly body?: string
}

export interface FetchAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * A whole answer over HTTP, after at most ten redirects; `file://` gives 200 or 404. Rejects when there is none (the
 * message says why), never because of a status.
 */
export type Fetch = (url: string, options: FetchOptions) => Promise<FetchAnswer>

export interface GitHubAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly data: unknown
}

/**
 * One request to GitHub's REST API: `GET /repos/{owner}/{repo}/…` with its parameters. Rejects when there is no answer
 * (the message says why), never because of a status, 304 included.
 */
export type GitHubRequest = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  options: { readonly timeoutMs: number; readonly etag?: string; readonly signal?: AbortSignal },
) => Promise<GitHubAnswer>

export interface Finished {
  /** `null` if it was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly timeoutMs: number
  readonly cwd?: string
  readonly signal?: AbortSignal
  /** Of either stream; what is longer is cut. */
  readonly maxBytes?: number
  /** Added to the machine's environment, whose values it replaces. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end, without a shell; `undefined` if there is no such program. */
export type RunProgram = (argv: readonly string[], options: RunOptions) => Promise<Finished | undefined>

/** A folder for what must not touch the checkout, readable by this user alone; gone when it is disposed. */
export interface Scratch extends AsyncDisposable {
  readonly path: string
  /** As of `Files`, for what is in it. */
  read(name: string): Promise<string | undefined>
}

/** The files of a checkout. */
export interface Files {
  /**
   * The text of a file, by its path from the root; `undefined` if there is none. Rejects with an `ActionError` for what
   * is no regular file of UTF-8, is behind a symbolic link, is too large, or cannot be read.
   */
  read(path: string): Promise<string | undefined>
  scratch(): Promise<Scratch>
}
