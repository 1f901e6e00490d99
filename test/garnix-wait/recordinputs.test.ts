import { beforeAll, describe, expect, test } from '@jest/globals'
import { parseInputs } from '../../actions/garnix-wait/inputs.ts'
import { reading } from '../support/fakes.ts'
import { makeKey, type Keypair } from '../support/sshd.ts'
import { HELLO, inputsWith } from './given.ts'

const NIXOS = 'https://cache.nixos.org'
const GIVEN = { record: 'true', caches: NIXOS }

let key: Keypair
let encrypted: Keypair
beforeAll(async () => {
  key = await makeKey()
  encrypted = await makeKey({ passphrase: 'open sesame' })
})

type Texts = Readonly<Record<string, string>>

const parsed = (given: Texts, event = 'push') => parseInputs(reading(inputsWith(given)), event)
const complaint = (given: Texts, event?: string): string => {
  try {
    parsed(given, event)
  } catch (error) {
    return String(error)
  }
  return 'none'
}

describe('what is recorded', () => {
  test('is nothing, if nobody asks for it', () => {
    expect(parsed({ caches: NIXOS }).recording).toBeUndefined()
  })

  test('is not signed without a key', () => {
    expect(parsed(GIVEN).recording).toEqual({ isReplacing: false, key: undefined })
    expect(parsed({ ...GIVEN, record: 'replace' }).recording).toMatchObject({ isReplacing: true })
  })

  test('is signed with one', () => {
    const { recording } = parsed({ ...GIVEN, 'record-key': key.privateKey })
    expect(recording?.key?.fingerprint).toMatch(/^SHA256:/)
  })
})

describe('is refused before anything is asked of anybody', () => {
  test.each<[string, Texts, string]>([
    ['nonsense', { record: 'yes' }, "'record' is 'yes', expected one of false, true, replace"],
    ['without caches', { caches: '' }, "'record' needs 'caches': only what can be fetched"],
    ['unsigned closures', { 'require-signatures': 'false' }, "'record' needs 'require-signatures'"],
    ['a path without a name', { configurations: '', provider: 'none', 'store-paths': HELLO }, 'needs a name'],
    [
      'a name that is no word',
      { configurations: '', provider: 'none', 'store-paths': `my host=${HELLO}` },
      "'store-paths' is 'my host', expected a name in nixosConfigurations, for 'record'",
    ],
    ['without a token', { provider: 'none', token: '' }, "'token' is required with 'record'"],
    [
      'one token that is missing, once',
      { token: '' },
      "Bad input: 'token' is required with provider 'garnix'",
    ],
    ['a key that is none', { 'record-key': 'hunter2' }, "'record-key': This is not a private key."],
  ])('%s', (_, given, words) => {
    expect(complaint({ ...GIVEN, ...given })).toContain(words)
    expect(complaint({ ...GIVEN, ...given })).not.toContain('hunter2')
  })

  test('a key with a passphrase', () => {
    const words = complaint({ ...GIVEN, 'record-key': encrypted.privateKey })
    expect(words).toContain("'record-key': The private key has a passphrase, and nobody is there to type it.")
    expect(words).toContain('\'ssh-keygen -t ed25519 -N "" -f FILE\' makes one without')
  })

  test('a key and nothing to sign', () => {
    const words = "'record-key' signs what is recorded, and 'record' is 'false'"
    expect(complaint({ 'record-key': key.privateKey, caches: NIXOS })).toContain(words)
  })

  test.each(['pull_request', 'pull_request_target', 'pull_request_review'])('on %s', (event) => {
    expect(complaint(GIVEN, event)).toContain(`'record' is 'true' on '${event}'`)
    expect(complaint({ ...GIVEN, record: 'false' }, event)).toBe('none')
  })
})
