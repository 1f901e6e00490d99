export interface ErrorDetails extends ErrorOptions {
  /** What to do about it; shown after the message. */
  readonly hint?: string
}

/** A failure that was expected. The message says what happened, with the value; anything else thrown is a bug. */
export class ActionError extends Error {
  override readonly name: string = 'ActionError'
  readonly hint: string | undefined

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.hint = details.hint
  }
}

/**
 * Why there is no connection:
 * - `host-key`: the host, or the jump host, is not the pinned one
 * - `auth`: it refused the user or the key
 * - `key`: the private key cannot be used at all
 * - `algorithms`: no common key exchange, cipher, MAC or host key type
 * - `unreachable`: no connection, no SSH, or no answer in time; the only one worth another try
 */
export type ConnectErrorKind = 'host-key' | 'auth' | 'key' | 'algorithms' | 'unreachable'

interface ConnectErrorDetails extends ErrorDetails {
  /** No server has noticed the attempt, so none can hold it against us. */
  readonly isUnnoticed?: boolean
}

export class ConnectError extends ActionError {
  override readonly name = 'ConnectError'
  readonly kind: ConnectErrorKind
  readonly isUnnoticed: boolean

  constructor(kind: ConnectErrorKind, message: string, details: ConnectErrorDetails = {}) {
    super(message, details)
    this.kind = kind
    this.isUnnoticed = details.isUnnoticed ?? false
  }
}

/** The words of anything thrown, also of what is an error of another realm. */
export function messageOf(error: unknown): string {
  const message = fieldOf(error, 'message')
  return typeof message === 'string' ? message : String(error)
}

/** What there is to say of a failure that was not expected. */
export function bugWords(words: string): string {
  return `This is a bug in the action: ${words}`
}

/** A field of anything thrown, `undefined` if it has none. */
export function fieldOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
}
