/** Our signatures against OpenSSH's own `ssh-keygen -Y`, both ways. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseSigningKey } from '../../actions/shared/sshsignature.ts'
import { makeKey, type Keypair, type KeyOptions } from '../support/sshd.ts'

const NAMESPACE = 'nixos-closures'
const MESSAGE = 'https://github.com/acme/infra\nvps-arm\n'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nix-vps-signatures-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const file = (name: string, text = '') => {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}

/** Whether OpenSSH finds it good for this key, message and namespace. */
function isGood(signature: string, publicKey: string, { message = MESSAGE, namespace = NAMESPACE } = {}) {
  const armored = `-----BEGIN SSH SIGNATURE-----\n${signature.replace(/.{70}/g, '$&\n')}\n-----END SSH SIGNATURE-----\n`
  const signers = file('signers', `ci@example.org ${publicKey}\n`)
  const argv = ['-Y', 'verify', '-f', signers, '-I', 'ci@example.org', '-n', namespace]
  const { status } = spawnSync('ssh-keygen', [...argv, '-s', file('sig', armored)], { input: message })
  return status === 0
}

function signedByOpenSsh({ privateKey, publicKey }: Keypair, namespace = NAMESPACE): string {
  const key = file('key', privateKey)
  // In PEM a key does not bring its public half.
  file('key.pub', `${publicKey}\n`)
  const armored = execFileSync('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', namespace], {
    input: MESSAGE,
    encoding: 'utf8',
    stdio: 'pipe',
  })
  return armored.replace(/-----.*-----|\s/g, '')
}

const FORMS: Readonly<Record<string, KeyOptions>> = {
  ed25519: {},
  'RSA of 2048 bits': { type: 'rsa', bits: 2048 },
  'RSA of 3071 bits': { type: 'rsa', bits: 3071 },
  'P-256': { type: 'ecdsa', bits: 256 },
  'P-384': { type: 'ecdsa', bits: 384 },
  'P-521': { type: 'ecdsa', bits: 521 },
  'RSA as PEM': { type: 'rsa', bits: 2048, format: 'PEM' },
  'RSA as PKCS#8': { type: 'rsa', bits: 2048, format: 'PKCS8' },
  'P-384 as PEM': { type: 'ecdsa', bits: 384, format: 'PEM' },
}

describe.each(Object.entries(FORMS))('%s', (_, form) => {
  let pair: Keypair
  beforeAll(async () => {
    pair = await makeKey(form)
  })

  test('OpenSSH finds what it signs good, and for nothing else', () => {
    const key = parseSigningKey(pair.privateKey)
    // Numbers of ECDSA that begin with zeros, or with a set bit, are written in their own way.
    for (let count = 0; count < 12; count++)
      expect(isGood(key.sign(MESSAGE, NAMESPACE), pair.publicKey)).toBe(true)
    const signature = key.sign(MESSAGE, NAMESPACE)
    expect(isGood(signature, pair.publicKey, { message: `${MESSAGE}more` })).toBe(false)
    expect(isGood(signature, pair.publicKey, { namespace: 'git' })).toBe(false)
  }, 20_000)

  test('it knows what OpenSSH signed with it, and nothing else', async () => {
    const key = parseSigningKey(pair.privateKey)
    const theirs = signedByOpenSsh(pair)
    expect(key.hasSigned(MESSAGE, NAMESPACE, theirs)).toBe(true)
    expect(key.hasSigned(`${MESSAGE}more`, NAMESPACE, theirs)).toBe(false)
    expect(key.hasSigned(MESSAGE, 'git', theirs)).toBe(false)
    expect(key.hasSigned(MESSAGE, NAMESPACE, signedByOpenSsh(pair, 'git'))).toBe(false)
    const other = await makeKey(form)
    expect(key.hasSigned(MESSAGE, NAMESPACE, signedByOpenSsh(other))).toBe(false)
  }, 20_000)

  test('no signature that is damaged is good, and none is a bug', () => {
    const key = parseSigningKey(pair.privateKey)
    const signature = key.sign(MESSAGE, NAMESPACE)
    const bytes = Buffer.from(signature, 'base64')
    expect(key.hasSigned(MESSAGE, NAMESPACE, signature)).toBe(true)
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      expect(key.hasSigned(MESSAGE, NAMESPACE, damaged.toString('base64'))).toBe(false)
      expect(key.hasSigned(MESSAGE, NAMESPACE, bytes.subarray(0, at).toString('base64'))).toBe(false)
    }
    for (const wrong of ['', 'no base64!', `${signature}\n`, `${signature} `])
      expect(key.hasSigned(MESSAGE, NAMESPACE, wrong)).toBe(false)
    const longer = Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64')
    expect(key.hasSigned(MESSAGE, NAMESPACE, longer)).toBe(false)
  })

  test('its fingerprint is the one that ssh-keygen prints', () => {
    const printed = execFileSync('ssh-keygen', ['-lf', file('shown.pub', `${pair.publicKey} test\n`)], {
      encoding: 'utf8',
    })
    expect(printed).toContain(` ${parseSigningKey(pair.privateKey).fingerprint} `)
  })
})

test('an ECDSA key does not sign twice alike, and knows both', async () => {
  const key = parseSigningKey((await makeKey({ type: 'ecdsa', bits: 256 })).privateKey)
  const both = [key.sign(MESSAGE, NAMESPACE), key.sign(MESSAGE, NAMESPACE)]
  expect(both[0]).not.toBe(both[1])
  for (const one of both) expect(key.hasSigned(MESSAGE, NAMESPACE, one)).toBe(true)
})

test('an ed25519 key in PKCS#8', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const key = parseSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
  const blob = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const head = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 ', 'latin1')
  const line = `ssh-ed25519 ${Buffer.concat([head, blob]).toString('base64')}`
  expect(isGood(key.sign(MESSAGE, NAMESPACE), line)).toBe(true)
})

/** The complaint, which must hold nothing of the key. */
function complaint(text: string): string {
  try {
    parseSigningKey(text)
  } catch (error) {
    const words = JSON.stringify(error, ['message', 'hint', 'cause'])
    for (const line of text.split('\n').filter((part) => part.length > 30 && !part.startsWith('---')))
      expect(words).not.toContain(line.slice(0, 30))
    return (error as Error).message
  }
  return 'none'
}

describe('what cannot sign is refused in words', () => {
  const damaged = 'The private key is damaged: what it consists of makes no key.'
  const bytesOf = (key: string) => Buffer.from(key.replace(/-----.*-----/g, ''), 'base64')
  const armored = (bytes: Buffer) =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`

  test.each<[string, KeyOptions]>([
    ["in OpenSSH's form", {}],
    ['as PKCS#8', { type: 'rsa', bits: 2048, format: 'PKCS8' }],
    ['as PEM', { type: 'rsa', bits: 2048, format: 'PEM' }],
  ])('a key with a passphrase %s', async (_, form) => {
    const { privateKey } = await makeKey({ ...form, passphrase: 'open sesame' })
    expect(complaint(privateKey)).toBe('The private key has a passphrase, and nobody is there to type it.')
  })

  test('what is no private key', async () => {
    expect(complaint('hunter2')).toBe('This is not a private key.')
    expect(complaint((await makeKey()).publicKey)).toBe('This is a public key, not a private one.')
  })

  test('one of a security key, whose secret is not in it', async () => {
    const bytes = bytesOf((await makeKey()).privateKey)
    // The second one is that of the private half.
    const at = bytes.lastIndexOf('ssh-ed25519')
    bytes.write('sk-ssh-2551', at, 'latin1')
    expect(complaint(armored(bytes))).toBe('The private key is of type sk-ssh-2551.')
  })

  test.each(['ed25519', 'rsa', 'ecdsa'] as const)('one that ends before its time: %s', async (type) => {
    const bytes = bytesOf((await makeKey({ type, ...(type === 'rsa' && { bits: 2048 }) })).privateKey)
    for (const length of [40, 100, bytes.length - 60])
      expect(complaint(armored(bytes.subarray(0, length)))).toMatch(/^The private key is damaged: /)
  })

  test('one whose check numbers differ, as those of a key that was decrypted wrongly', async () => {
    const bytes = bytesOf((await makeKey()).privateKey)
    const at = bytes.lastIndexOf('ssh-ed25519') - 5
    bytes[at] = (bytes[at] ?? 0) ^ 1
    expect(complaint(armored(bytes))).toBe(damaged)
  })

  test('one on a curve that SSH has not', async () => {
    const bytes = bytesOf((await makeKey({ type: 'ecdsa', bits: 256 })).privateKey)
    bytes.write('nistp999', bytes.lastIndexOf('nistp256'), 'latin1')
    expect(complaint(armored(bytes))).toBe(damaged)
  })

  test('one whose halves are those of different keys', () => {
    const [one, other] = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    const der = (key = one) => Buffer.from(key?.export({ format: 'der', type: 'sec1' }) ?? '')
    // The point is what the DER of the key ends with.
    const mixed = Buffer.concat([der().subarray(0, -64), der(other).subarray(-64)])
    const key = createPrivateKey({ key: mixed, format: 'der', type: 'sec1' })
    const pem = key.export({ format: 'pem', type: 'sec1' }).toString()
    expect(complaint(pem)).toBe('The private key is damaged: its public half is that of another key.')
  })
})
