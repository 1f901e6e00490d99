import { ConnectError, fieldOf, messageOf } from './errors.ts'

export interface Attempt {
  /** For messages: the name of the host with its port. */
  readonly where: string
  readonly user: string
  /** How far it came. */
  readonly stage: 'connect' | 'handshake' | 'authentication'
}

const SYSTEM_WORDS = new Map([
  ['ECONNREFUSED', 'refused the connection'],
  ['ECONNRESET', 'broke the connection'],
  ['EHOSTUNREACH', 'cannot be reached'],
  ['ENETUNREACH', 'cannot be reached'],
  ['ETIMEDOUT', 'did not answer'],
  ['ENOTFOUND', 'has no address: the name is unknown'],
  ['EAI_AGAIN', 'has no address: the name could not be looked up'],
])

const ALGORITHMS_HINT =
  'The SSH client of this action knows no post-quantum key exchange yet. Allow curve25519-sha256 on the host ' +
  '(KexAlgorithms), an AES-GCM, ChaCha20 or AES-CTR cipher (Ciphers), and for the latter HMAC-SHA2 (MACs).'

/** What a failure of the SSH client means. It tells by its words and by a `level`. */
export function connectErrorOf(error: unknown, attempt: Attempt): ConnectError {
  const message = messageOf(error)
  const { where, user } = attempt
  if (message.startsWith('Cannot parse privateKey') || message.startsWith('privateKey value'))
    return new ConnectError('key', `The private key for ${where} cannot be used: ${keyWords(message)}.`, {
      cause: error,
    })
  if (
    fieldOf(error, 'level') === 'client-authentication' ||
    /too many authentication failures/i.test(message)
  )
    return new ConnectError('auth', `${where} refused the key for user '${user}'.`, {
      hint: `Is its public half among the authorized keys of '${user}' there, and may that user log in?`,
      cause: error,
    })
  if (message.includes('no matching')) return algorithmsError(message, attempt, error)
  if (/signature verification failed/i.test(message))
    return new ConnectError('host-key', `${where} could not prove that it holds its host key.`, {
      cause: error,
    })
  return unreachable(error, attempt)
}

function keyWords(message: string): string {
  if (message.includes('bad passphrase')) return 'the passphrase does not open it'
  return message.replace(/^Cannot parse privateKey: /, '')
}

function algorithmsError(message: string, { where }: Attempt, cause: unknown): ConnectError {
  const what = message.replace(/^Handshake failed: /, '')
  if (what === 'no matching host key format')
    return new ConnectError('host-key', `${where} has no host key of a pinned type.`, {
      hint: 'Pin a key of the type it has.',
      cause,
    })
  return new ConnectError('algorithms', `${where} and this client have nothing in common: ${what}.`, {
    hint: ALGORITHMS_HINT,
    cause,
  })
}

function unreachable(error: unknown, { where, stage }: Attempt): ConnectError {
  const words = SYSTEM_WORDS.get(codeOf(error))
  if (stage === 'connect')
    return new ConnectError('unreachable', `${where} ${words ?? `cannot be reached: ${messageOf(error)}`}.`, {
      isUnnoticed: true,
      cause: error,
    })
  const during = stage === 'handshake' ? 'before the keys were exchanged' : 'while it checked our key'
  return new ConnectError('unreachable', `${where} ended the connection ${during} (${messageOf(error)}).`, {
    hint: 'Is it an SSH server? A busy one, or one that has penalized this address, closes connections like this.',
    cause: error,
  })
}

/** With several addresses, the code of the first that failed. */
function codeOf(error: unknown): string {
  const errors = fieldOf(error, 'errors')
  const code = fieldOf(Array.isArray(errors) ? errors[0] : error, 'code')
  return typeof code === 'string' ? code : ''
}
