/** Private keys in OpenSSH's own form: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { ActionError } from './errors.ts'
import { SshReader } from './sshwire.ts'

const MAGIC = 'openssh-key-v1\0'
const TYPE = /^[a-z][a-z0-9-]{2,39}(?:@[a-z.]{3,20})?$/
const CURVES = new Map([
  ['nistp256', 'P-256'],
  ['nistp384', 'P-384'],
  ['nistp521', 'P-521'],
])

/** Takes what `parsePrivateKey` has seen, not encrypted. Throws an `ActionError`, which never quotes the key. */
export function parseOpenSshKey(text: string): KeyObject {
  const reader = new SshReader(Buffer.from(text.replace(/-----.*-----/g, ''), 'base64'))
  try {
    return keyOf(webKeyIn(reader))
  } catch (error) {
    if (error instanceof UnknownType) throw error
    // What the library says of it may hold parts of it.
    throw new ActionError('The private key is damaged: what it consists of makes no key.', {
      hint: 'Was it pasted whole, with all its lines?',
    })
  }
}

function keyOf(parts: JsonWebKey): KeyObject {
  const key = createPrivateKey({ key: parts, format: 'jwk' })
  // The library works the public half of an ed25519 key out by itself: a damaged one would pass for another key.
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  if (x !== parts.x) throw new ActionError('Its public half is that of another key.')
  return key
}

class UnknownType extends ActionError {
  override readonly name = 'UnknownType'
}

function webKeyIn(outer: SshReader): JsonWebKey {
  outer.bytes(MAGIC.length)
  // The cipher, its key and that key's options: none of each.
  for (let count = 0; count < 3; count++) outer.string()
  outer.number()
  outer.string()
  const reader = new SshReader(outer.string())
  if (reader.number() !== reader.number()) throw new ActionError('Its check numbers differ.')
  const type = reader.text()
  if (type === 'ssh-ed25519') return ed25519In(reader)
  if (type === 'ssh-rsa') return rsaIn(reader)
  if (type.startsWith('ecdsa-sha2-')) return ecdsaIn(reader)
  // Where the lengths are damaged, what is read here goes on into the key itself.
  if (!TYPE.test(type)) throw new ActionError('Its type is none.')
  throw new UnknownType(`The private key is of type ${type}.`, {
    hint: 'Give an ed25519, RSA, or ECDSA key on P-256, P-384 or P-521.',
  })
}

function ed25519In(reader: SshReader): JsonWebKey {
  const x = reader.string()
  const d = reader.string().subarray(0, 32)
  return { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url'), d: d.toString('base64url') }
}

function rsaIn(reader: SshReader): JsonWebKey {
  const [n, e, d] = [reader.integer(), reader.integer(), reader.integer()]
  const [qi, p, q] = [reader.integer(), reader.integer(), reader.integer()]
  const parts = { n, e, d, p, q, dp: lessOne(d, p), dq: lessOne(d, q), qi }
  const spelled = Object.entries(parts).map(([name, part]) => [name, part.toString('base64url')])
  return { kty: 'RSA', ...(Object.fromEntries(spelled) as JsonWebKey) }
}

/** The exponent for one of the primes. */
function lessOne(exponent: Buffer, prime: Buffer): Buffer {
  const digits = (numberOf(exponent) % (numberOf(prime) - 1n)).toString(16)
  return Buffer.from(digits.padStart(2 * prime.length, '0'), 'hex')
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function ecdsaIn(reader: SshReader): JsonWebKey {
  const crv = CURVES.get(reader.text())
  // Uncompressed: a four, and both coordinates.
  const point = reader.string().subarray(1)
  const half = point.length / 2
  const secret = reader.integer()
  const d = Buffer.concat([Buffer.alloc(Math.max(0, half - secret.length)), secret])
  const [x, y] = [point.subarray(0, half), point.subarray(half)].map((part) => part.toString('base64url'))
  return { kty: 'EC', ...{ crv, x, y }, d: d.toString('base64url') } as JsonWebKey
}
