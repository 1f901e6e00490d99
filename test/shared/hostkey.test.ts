import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import {
  type PinSource,
  acceptableTypes,
  parsePin,
  refusalOf,
  signatureAlgorithmsOf,
  verdictOf,
} from '../../actions/shared/hostkey.ts'
import { knownKeysOf, parseKnownHosts } from '../../actions/shared/knownhosts.ts'
import { fingerprintOf, keyTypeOf } from '../../actions/shared/publickey.ts'

/** A key as far as its form goes. */
function blob(type: string, content: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(type.length)
  return Buffer.concat([length, Buffer.from(type), Buffer.from(content)])
}

const ED25519 = blob('ssh-ed25519', 'one')
const OTHER = blob('ssh-ed25519', 'two')
const RSA = blob('ssh-rsa', 'three')
const line = (names: string, key: Buffer): string =>
  `${names} ${keyTypeOf(key) ?? ''} ${key.toString('base64')} comment`

function hashed(name: string): string {
  const salt = Buffer.from('0123456789abcdef0123')
  const hash = createHmac('sha1', salt).update(name).digest('base64')
  return `|1|${salt.toString('base64')}|${hash}`
}

const pinOf = (source: Partial<PinSource>) =>
  parsePin({ host: 'host.example', port: 22, knownHosts: '', fingerprints: '', ...source })

describe('the names of a known_hosts line', () => {
  test.each([
    ['host.example', 'host.example', 22, true],
    ['HOST.example', 'host.EXAMPLE', 22, true],
    ['other,host.example', 'host.example', 22, true],
    ['host.example', 'host.example', 2222, true],
    ['[host.example]:2222', 'host.example', 2222, true],
    ['[host.example]:22', 'host.example', 22, true],
    ['[host.example]:2222', 'host.example', 22, false],
    ['[host.example]:2222', 'host.example', 22222, false],
    ['host.example', 'xhost.example', 22, false],
    ['host.example', 'hostxexample', 22, false],
    ['*.example', 'host.example', 22, true],
    ['*.example', 'example', 22, false],
    ['h?st.example', 'host.example', 22, true],
    ['h?st.example', 'hst.example', 22, false],
    ['*.example,!host.example', 'host.example', 22, false],
    ['!host.example', 'other.example', 22, false],
    ['[*.example]:2222', 'host.example', 2222, true],
    ['::1', '::1', 22, true],
    ['[::1]:2222', '::1', 2222, true],
    [hashed('host.example'), 'Host.example', 22, true],
    [hashed('[host.example]:2222'), 'host.example', 2222, true],
    [hashed('other.example'), 'host.example', 22, false],
    ['|2|MDEy|MDEy', 'host.example', 22, false],
    ['|1|MDEy', 'host.example', 22, false],
    ['|1', 'host.example', 22, false],
  ])('%s is for %s, port %i: %s', (...[names, host, port, expected]) => {
    const keys = knownKeysOf(parseKnownHosts(line(names, ED25519)), host, port)
    expect(keys).toHaveLength(expected ? 1 : 0)
  })

  test('with a port come before the plain ones, as with OpenSSH', () => {
    const lines = parseKnownHosts(
      [line('host.example', OTHER), line('[host.example]:2222', ED25519)].join('\n'),
    )
    expect(knownKeysOf(lines, 'host.example', 2222).map((key) => key.blob)).toEqual([ED25519])
  })
})

describe('a known_hosts text', () => {
  test('may hold comments, blank lines and any line breaks', () => {
    const text = `# comment\r\n\r\n  ${line('a', ED25519)}  \r${line('b', RSA)}\n`
    expect(parseKnownHosts(text).map(({ names, type }) => [names, type])).toEqual([
      ['a', 'ssh-ed25519'],
      ['b', 'ssh-rsa'],
    ])
  })

  test.each([
    [
      '@cert-authority *.example ssh-ed25519 AAAA',
      'Line 2 is a @cert-authority, and host certificates are not supported.',
    ],
    ['@trusted *.example ssh-ed25519 AAAA', "Line 2 begins with the unknown marker '@trusted'."],
    ['host.example', 'Line 2 is not a known_hosts line (host, key type, key in base64).'],
    ['@revoked', 'Line 2 is not a known_hosts line (host, key type, key in base64).'],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5', 'Line 2 is not a known_hosts line (host, key type, key in base64).'],
    [
      line('host.example', ED25519).replace('ssh-ed25519', 'ssh-rsa'),
      'Line 2 is not a known_hosts line (host, key type, key in base64).',
    ],
  ])('with the line %s is an error', (bad, message) => {
    expect(() => parseKnownHosts(`\n${bad}`)).toThrow(message)
  })
})

describe('a pin', () => {
  test('trusts the known key and no other', () => {
    const pin = pinOf({ knownHosts: line('host.example', ED25519) })
    expect([ED25519, OTHER, RSA].map((key) => verdictOf(key, pin))).toEqual(['trusted', 'other', 'other'])
  })

  test('trusts the key behind a fingerprint, padded or not', () => {
    const pin = pinOf({ fingerprints: `${fingerprintOf(ED25519)}=\n${fingerprintOf(RSA)}` })
    expect([ED25519, OTHER, RSA].map((key) => verdictOf(key, pin))).toEqual(['trusted', 'other', 'trusted'])
  })

  test('never trusts a revoked key, whatever else says so', () => {
    const knownHosts = `${line('host.example', ED25519)}\n@revoked ${line('*', ED25519)}`
    const pin = pinOf({ knownHosts, fingerprints: fingerprintOf(ED25519) })
    expect(verdictOf(ED25519, pin)).toBe('revoked')
    expect(refusalOf(ED25519, pin).message).toBe(
      `host.example shows a revoked host key: ssh-ed25519 ${fingerprintOf(ED25519)}.`,
    )
  })

  test('says what it saw and what it wanted', () => {
    const pin = pinOf({
      knownHosts: line('host.example', ED25519),
      fingerprints: fingerprintOf(RSA),
      port: 2222,
    })
    expect(refusalOf(OTHER, pin).message).toBe(
      `The host key of host.example:2222 is ssh-ed25519 ${fingerprintOf(OTHER)}, not the pinned ssh-ed25519 ${fingerprintOf(ED25519)} or ${fingerprintOf(RSA)}.`,
    )
    expect(refusalOf(Buffer.from('xx'), pin).message).toContain('is unknown SHA256:')
  })

  test('asks for the types it can be met by, fast ones first', () => {
    const knownHosts = `${line('host.example', RSA)}\n${line('host.example', ED25519)}\n@revoked ${line('*', blob('ecdsa-sha2-nistp256', ''))}`
    expect(acceptableTypes(pinOf({ knownHosts }))).toEqual(['ssh-ed25519', 'ssh-rsa'])
    expect(acceptableTypes(pinOf({ fingerprints: fingerprintOf(RSA) }))).toHaveLength(5)
    expect(signatureAlgorithmsOf(['ssh-rsa', 'ssh-ed25519', 'ssh-dss'])).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
    ])
  })

  test.each([
    [{}, 'No host key is given for host.example.'],
    [{ knownHosts: line('other.example', RSA) }, 'No line of known_hosts is for host.example.'],
    [{ knownHosts: `@revoked ${line('*', RSA)}` }, 'No line of known_hosts is for host.example.'],
    [
      { knownHosts: line('host.example', blob('ssh-dss', '')), port: 2222 },
      'The keys given for host.example:2222 are of types we cannot check: ssh-dss.',
    ],
    [
      { fingerprints: 'SHA256:short' },
      "'SHA256:short' is not a fingerprint (SHA256: and 43 characters of base64).",
    ],
    [
      { fingerprints: 'MD5:aa:bb' },
      "'MD5:aa:bb' is not a fingerprint (SHA256: and 43 characters of base64).",
    ],
  ])('of %j is refused', (source, message) => {
    expect(() => pinOf(source)).toThrow(message)
  })
})

test('what is no key has no type', () => {
  expect(
    [Buffer.alloc(0), Buffer.from('\0\0\0\x40'), Buffer.from('\xff\0\0\0abc', 'latin1')].map(keyTypeOf),
  ).toEqual([undefined, undefined, undefined])
})
