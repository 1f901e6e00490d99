/** Signatures as `ssh-keygen -Y` makes and checks them: PROTOCOL.sshsig of OpenSSH. */
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto'
import { ActionError } from './errors.ts'
import { parseOpenSshKey } from './opensshkey.ts'
import { parsePrivateKey, PassphraseMissing } from './privatekey.ts'
import { fingerprintOf } from './publickey.ts'
import { SshReader, sshInteger, sshNumber, sshString } from './sshwire.ts'

export interface SigningKey {
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  /** Base64 on one line, without the armor. */
  sign(message: string, namespace: string): string
  /** Whether this very key made a signature; of text that is none, `false`. */
  hasSigned(message: string, namespace: string, signature: string): boolean
}

/** Takes what `parsePrivateKey` takes, without a passphrase. Throws an `ActionError`, which never quotes the key. */
export function parseSigningKey(text: string): SigningKey {
  const key = new SshSigningKey(keyIn(unencrypted(text)))
  if (isWhole(key)) return key
  throw new ActionError('The private key is damaged: its public half is that of another key.')
}

/** The halves of a key that was damaged may be those of different keys, or of none that the library can sign with. */
function isWhole(key: SigningKey): boolean {
  try {
    return key.hasSigned('', 'test', key.sign('', 'test'))
  } catch {
    return false
  }
}

function unencrypted(text: string): string {
  try {
    return parsePrivateKey(text, undefined).text
  } catch (error) {
    if (!(error instanceof PassphraseMissing)) throw error
    throw new ActionError('The private key has a passphrase, and nobody is there to type it.', {
      hint: '\'ssh-keygen -t ed25519 -N "" -f FILE\' makes one without.',
    })
  }
}

function keyIn(text: string): KeyObject {
  return text.includes('OPENSSH PRIVATE KEY') ? parseOpenSshKey(text) : createPrivateKey(text)
}

/** How a type of key signs. */
interface Scheme {
  readonly algorithm: string
  /** What the key hashes by itself; ed25519 does that in its own way. */
  readonly hash: string | null
  readonly publicKey: Buffer
  /** Between what the library makes and what SSH writes. */
  readonly wrap: (signature: Buffer) => Buffer
  readonly unwrap: (signature: Buffer) => Buffer
}

class SshSigningKey implements SigningKey {
  readonly fingerprint: string
  readonly #key: KeyObject
  readonly #scheme: Scheme

  constructor(key: KeyObject) {
    this.#key = key
    this.#scheme = schemeOf(key)
    this.fingerprint = fingerprintOf(this.#scheme.publicKey)
  }

  sign(message: string, namespace: string): string {
    const { hash, algorithm, wrap } = this.#scheme
    const made = sign(hash, signedBytes(message, namespace), { key: this.#key, dsaEncoding: 'ieee-p1363' })
    const signature = sshString(Buffer.concat([algorithm, wrap(made)].map(sshString)))
    return Buffer.concat([this.#head(namespace), signature]).toString('base64')
  }

  hasSigned(message: string, namespace: string, signature: string): boolean {
    const bytes = Buffer.from(signature, 'base64')
    const head = this.#head(namespace)
    if (bytes.toString('base64') !== signature || !bytes.subarray(0, head.length).equals(head)) return false
    try {
      return this.#isSignature(bytes.subarray(head.length), signedBytes(message, namespace))
    } catch {
      // It ends before its time.
      return false
    }
  }

  #isSignature(bytes: Buffer, signed: Buffer): boolean {
    const { hash, algorithm, unwrap } = this.#scheme
    const outer = new SshReader(bytes)
    const reader = new SshReader(outer.string())
    if (reader.text() !== algorithm) return false
    const signature = unwrap(reader.string())
    const isWhole = outer.isAtEnd && reader.isAtEnd
    return isWhole && verify(hash, signed, { key: this.#key, dsaEncoding: 'ieee-p1363' }, signature)
  }

  /** All of it but the signature itself. */
  #head(namespace: string): Buffer {
    const parts = [this.#scheme.publicKey, namespace, RESERVED, HASH]
    return Buffer.concat([Buffer.from(MAGIC), sshNumber(VERSION), ...parts.map(sshString)])
  }
}

const MAGIC = 'SSHSIG'
const VERSION = 1
const RESERVED = ''
const HASH = 'sha512'

function signedBytes(message: string, namespace: string): Buffer {
  const digest = createHash(HASH).update(message).digest()
  return Buffer.concat([Buffer.from(MAGIC), ...[namespace, RESERVED, HASH, digest].map(sshString)])
}

const CURVES = new Map([
  ['P-256', { curve: 'nistp256', hash: 'sha256', size: 32 }],
  ['P-384', { curve: 'nistp384', hash: 'sha384', size: 48 }],
])
const P521 = { curve: 'nistp521', hash: 'sha512', size: 66 }

/** SSH_RSA_MINIMUM_MODULUS_SIZE: https://github.com/openssh/openssh-portable/blob/master/sshkey.h */
const MIN_RSA_BITS = 1024

function refuseShort(key: KeyObject): void {
  const bits = Number(key.asymmetricKeyDetails?.modulusLength)
  if (bits >= MIN_RSA_BITS) return
  throw new ActionError(
    `The private key is an RSA key of ${bits} bits: OpenSSH takes none below ${MIN_RSA_BITS}.`,
    {
      hint: '\'ssh-keygen -t ed25519 -N "" -f FILE\' makes one that it takes.',
    },
  )
}

function schemeOf(key: KeyObject): Scheme {
  const { kty, crv, ...parts } = createPublicKey(key).export({ format: 'jwk' })
  const part = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(String(parts[name]), 'base64url')
  const asItIs = { wrap: (signature: Buffer) => signature, unwrap: (signature: Buffer) => signature }
  if (kty === 'RSA') {
    refuseShort(key)
    const publicKey = Buffer.concat([sshString('ssh-rsa'), sshInteger(part('e')), sshInteger(part('n'))])
    return { algorithm: 'rsa-sha2-512', hash: 'sha512', publicKey, ...asItIs }
  }
  if (kty === 'OKP') {
    const algorithm = 'ssh-ed25519'
    return {
      algorithm,
      hash: null,
      publicKey: Buffer.concat([algorithm, part('x')].map(sshString)),
      ...asItIs,
    }
  }
  const { curve, hash, size } = CURVES.get(String(crv)) ?? P521
  const algorithm = `ecdsa-sha2-${curve}`
  const point = Buffer.concat([Buffer.of(4), part('x'), part('y')])
  const publicKey = Buffer.concat([algorithm, curve, point].map(sshString))
  return { algorithm, hash, publicKey, ...pairOf(size) }
}

/** ECDSA's two numbers: side by side in the library, each an integer of its own in SSH. */
function pairOf(size: number): Pick<Scheme, 'wrap' | 'unwrap'> {
  return {
    wrap: (signature) =>
      Buffer.concat([signature.subarray(0, size), signature.subarray(size)].map(sshInteger)),
    unwrap: (bytes) => {
      const reader = new SshReader(bytes)
      const numbers = [reader.integer(), reader.integer()]
      const isPair = reader.isAtEnd && numbers.every(({ length }) => length <= size)
      if (!isPair) throw new ActionError('It is no pair of numbers.')
      return Buffer.concat(numbers.flatMap((one) => [Buffer.alloc(size - one.length), one]))
    },
  }
}
