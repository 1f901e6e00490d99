/** Keys to sign with that are damaged or weak: each is refused in words, and none passes for another key. */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import { parseSigningKey } from '../../actions/shared/sshsignature.ts'
import { makeKey, type KeyOptions } from '../support/sshd.ts'

const bytesOf = (key: string) => Buffer.from(key.replace(/-----.*-----/g, ''), 'base64')
const armored = (bytes: Buffer) =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`

/** The key's fingerprint, or why it is none. */
function outcomeOf(text: string): string {
  try {
    return parseSigningKey(text).fingerprint
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return error.message
  }
}

const REFUSED = /^The private key (?:is damaged: |has a passphrase|is of type [a-z0-9-]+\.$)/

test.each<KeyOptions>([{}, { type: 'ecdsa', bits: 256 }, { type: 'rsa', bits: 2048 }])(
  '%j: with a bit of any byte turned it is the same key, or none',
  async (form) => {
    const { privateKey } = await makeKey(form)
    const { fingerprint } = parseSigningKey(privateKey)
    const bytes = bytesOf(privateKey)
    const outcomes = [...bytes.keys()].map((at) => {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      return outcomeOf(armored(damaged))
    })
    const refused = outcomes.filter((outcome) => outcome !== fingerprint)
    expect(refused.length).toBeGreaterThan(60)
    for (const outcome of refused) expect(outcome).toMatch(REFUSED)
  },
  30_000,
)

describe('nothing of the key is quoted', () => {
  test.each([20, 60, 70, 90])('where its type is %i bytes long', async (length) => {
    const bytes = bytesOf((await makeKey()).privateKey)
    bytes.writeUInt32BE(length, bytes.lastIndexOf('ssh-ed25519') - 4)
    expect(outcomeOf(armored(bytes))).toBe('The private key is damaged: what it consists of makes no key.')
  })
})

test.each([0, 1, 3])('one that ends %i bytes after its first words', (count) => {
  const bytes = Buffer.concat([Buffer.from('openssh-key-v1\0'), Buffer.alloc(count)])
  expect(outcomeOf(armored(bytes))).toMatch(/^The private key is damaged: it begins and ends as none/)
})

test.each([512, 768, 1_023])('an RSA key of %i bits, which OpenSSH does not take', (modulusLength) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
  expect(outcomeOf(privateKey.export({ format: 'pem', type: 'pkcs1' }).toString())).toBe(
    `The private key is an RSA key of ${modulusLength} bits: OpenSSH takes none below 1024.`,
  )
})
