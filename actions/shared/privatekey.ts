import { type KeyObject, createPrivateKey, createPublicKey } from 'node:crypto'
import { ActionError, messageOf } from './errors.ts'
import { sshString } from './sshwire.ts'

/** A private key in a form that the SSH client reads. */
export interface PrivateKey {
  readonly text: string
  /** `undefined` = not encrypted (any more). */
  readonly passphrase: string | undefined
}

export class PassphraseMissing extends ActionError {
  override readonly name = 'PassphraseMissing'

  constructor() {
    super('The private key is encrypted and no passphrase is given.')
  }
}

const FORMS =
  "It begins with '-----BEGIN OPENSSH PRIVATE KEY-----' or another '-----BEGIN … PRIVATE KEY-----'."
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1']

/**
 * Takes OpenSSH and PEM (PKCS#1, SEC1, PKCS#8) with ed25519, ECDSA or RSA. Throws `ActionError`, which never quotes the
 * key, for what is no such key, or for an encrypted one without its passphrase. (The passphrase of a key in OpenSSH's
 * own form is tried by the SSH client only.)
 */
export function parsePrivateKey(text: string, passphrase: string | undefined): PrivateKey {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  const tidy = `${lines
    .filter((line, index) => line !== '' || index > 0)
    .join('\n')
    .trim()}\n`
  const label = /^-----BEGIN ([A-Z0-9 ]+)-----\n/.exec(tidy)?.[1]
  if (label === undefined) throw notAKey(tidy)
  if (label === 'OPENSSH PRIVATE KEY') return openSshKey(tidy, passphrase)
  if (label.endsWith('PRIVATE KEY')) return pemKey(tidy, passphrase)
  throw notAKey(tidy)
}

function openSshKey(text: string, passphrase: string | undefined): PrivateKey {
  const blob = Buffer.from(text.replace(/-----.*-----/g, ''), 'base64')
  if (
    blob.length < 19 ||
    blob.toString('latin1', 0, 15) !== 'openssh-key-v1\0' ||
    !text.includes('-----END OPENSSH PRIVATE KEY-----')
  )
    throw new ActionError('The private key is damaged: it begins and ends as none that ssh-keygen writes.', {
      hint: 'Was it pasted whole, with all its lines?',
    })
  const cipher = blob.toString('latin1', 19, 19 + blob.readUInt32BE(15))
  if (cipher === 'none') return { text, passphrase: undefined }
  if (passphrase === undefined) throw new PassphraseMissing()
  return { text, passphrase }
}

/** The SSH client reads no PKCS#8, so each kind of key becomes the form it reads. */
function pemKey(text: string, passphrase: string | undefined): PrivateKey {
  if (text.includes('ENCRYPTED') && passphrase === undefined) throw new PassphraseMissing()
  return { text: readable(decrypted(text, passphrase)).toString(), passphrase: undefined }
}

function readable(key: KeyObject): string | Buffer {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? ''
  if (key.asymmetricKeyType === 'rsa') return key.export({ format: 'pem', type: 'pkcs1' })
  if (key.asymmetricKeyType === 'ed25519') return openSshEd25519(key)
  if (CURVES.includes(curve)) return key.export({ format: 'pem', type: 'sec1' })
  throw new ActionError(`The private key is of type ${key.asymmetricKeyType} ${curve}`.trimEnd() + '.', {
    hint: 'Give an ed25519, RSA, or ECDSA key on P-256, P-384 or P-521.',
  })
}

function decrypted(text: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(passphrase !== undefined && { passphrase }) })
  } catch (error) {
    if (/bad decrypt|BAD_DECRYPT|wrong|interrupted or cancelled/i.test(messageOf(error)))
      throw new ActionError('The passphrase does not open the private key.', { cause: error })
    throw new ActionError(`The private key cannot be read: ${messageOf(error)}.`, {
      hint: 'Was it pasted whole, with all its lines?',
      cause: error,
    })
  }
}

/** The unencrypted form of ssh-keygen: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
function openSshEd25519(key: KeyObject): string {
  // Both encodings end with the 32 bytes of the key itself: RFC 8410.
  const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  const type = Buffer.from('ssh-ed25519')
  const secret = Buffer.concat([seed, publicKey])
  const checks = Buffer.alloc(8)
  const unpadded = Buffer.concat([checks, ...[type, publicKey, secret, Buffer.alloc(0)].map(sshString)])
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (unpadded.length % 8)) % 8))
  const count = Buffer.from([0, 0, 0, 1])
  const none = sshString(Buffer.from('none'))
  const blob = Buffer.concat([
    ...[Buffer.from('openssh-key-v1\0'), none, none, sshString(Buffer.alloc(0)), count],
    sshString(Buffer.concat([type, publicKey].map(sshString))),
    sshString(Buffer.concat([unpadded, padding])),
  ])
  const body = blob.toString('base64').replace(/.{70}/g, '$&\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function notAKey(text: string): ActionError {
  return new ActionError(whatItIs(text), { hint: FORMS })
}

function whatItIs(text: string): string {
  if (text.trim() === '') return 'The private key is empty.'
  if (/^(ssh|ecdsa|sk)-\S+ AAAA|BEGIN [A-Z0-9 ]*PUBLIC KEY/.test(text))
    return 'This is a public key, not a private one.'
  if (text.startsWith('PuTTY-User-Key-File'))
    return "This is PuTTY's key format ('puttygen KEY -O private-openssh' converts it)."
  if (/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) return 'The private key has lost its line breaks.'
  return 'This is not a private key.'
}
