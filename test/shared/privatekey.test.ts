/** What is no usable key. That the usable ones work, OpenSSH's server says in adapters/ssh-keys.test.ts. */
import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parsePrivateKey } from '../../actions/shared/privatekey.ts'
import { type Keypair, makeKey } from '../support/sshd.ts'

let key: Keypair
let encrypted: Keypair

beforeAll(async () => {
  key = await makeKey()
  encrypted = await makeKey({ passphrase: 'open sesame' })
})

function pkcs8(passphrase?: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const cipher = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return privateKey.export({ format: 'pem', type: 'pkcs8', ...cipher }).toString()
}

/** The complaint, which must hold nothing of the key. */
function complaint(text: string, passphrase?: string): string {
  try {
    parsePrivateKey(text, passphrase)
  } catch (error) {
    const words = JSON.stringify(error, ['message', 'hint'])
    for (const line of text.split('\n').filter((part) => part.length > 30 && !part.startsWith('---')))
      expect(words).not.toContain(line)
    return (error as Error).message
  }
  return 'none'
}

describe('what is no private key is refused in words', () => {
  test('an empty one', () => {
    expect(complaint(' \n ')).toBe('The private key is empty.')
  })

  test('a public one', () => {
    expect(complaint(key.publicKey)).toBe('This is a public key, not a private one.')
    const { publicKey } = generateKeyPairSync('ed25519')
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    expect(complaint(pem)).toBe('This is a public key, not a private one.')
  })

  test("PuTTY's", () => {
    expect(complaint('PuTTY-User-Key-File-3: ssh-ed25519\n')).toContain("PuTTY's key format")
  })

  test('one without its line breaks', () => {
    expect(complaint(key.privateKey.replaceAll('\n', ' '))).toBe('The private key has lost its line breaks.')
  })

  test('anything else', () => {
    expect(complaint('hunter2')).toBe('This is not a private key.')
    expect(complaint('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toBe(
      'This is not a private key.',
    )
  })

  test('one that was not pasted whole', () => {
    const damaged = 'The private key is damaged: it begins and ends as none that ssh-keygen writes.'
    expect(complaint(key.privateKey.slice(0, 200))).toBe(damaged)
    expect(complaint(key.privateKey.replace('b3Bl', 'AAAA'))).toBe(damaged)
    expect(complaint(pkcs8().slice(0, 100))).toMatch(/^The private key cannot be read: /)
  })

  test.each([
    ['ed448', 'The private key is of type ed448.'],
    ['x25519', 'The private key is of type x25519.'],
  ] as const)('of the type %s', (type, message) => {
    const { privateKey } = generateKeyPairSync(type as 'ed448')
    expect(complaint(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())).toBe(message)
  })

  test('on a curve that SSH has not', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    const pem = privateKey.export({ format: 'pem', type: 'sec1' }).toString()
    expect(complaint(pem)).toBe('The private key is of type ec secp256k1.')
  })
})

describe('PKCS#8 becomes what the SSH client reads', () => {
  test.each([
    ['rsa', '-----BEGIN RSA PRIVATE KEY-----'],
    ['ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ] as const)('%s', (type, first) => {
    const { privateKey } = generateKeyPairSync(type as 'rsa', { modulusLength: 2048 })
    const { text } = parsePrivateKey(
      privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      undefined,
    )
    expect(text.split('\n')[0]).toBe(first)
  })

  test('ec', () => {
    expect(parsePrivateKey(pkcs8(), undefined).text).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/)
  })
})

describe('a passphrase', () => {
  const missing = 'The private key is encrypted and no passphrase is given.'

  test('is asked for', () => {
    expect(complaint(encrypted.privateKey)).toBe(missing)
    expect(complaint(pkcs8('open sesame'))).toBe(missing)
  })

  test('must be the right one', () => {
    expect(complaint(pkcs8('open sesame'), 'open barley')).toBe(
      'The passphrase does not open the private key.',
    )
  })

  test('is kept for the SSH client only where that has to decrypt', () => {
    expect(parsePrivateKey(encrypted.privateKey, 'open sesame').passphrase).toBe('open sesame')
    expect(parsePrivateKey(pkcs8('open sesame'), 'open sesame').passphrase).toBeUndefined()
    expect(parsePrivateKey(key.privateKey, 'not needed').passphrase).toBeUndefined()
  })
})
