import { describe, expect, test } from '@jest/globals'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { authorizationFor, parseNetrc, secretsIn } from '../../actions/garnix-wait/netrc.ts'
import { hashPartOf, nameOf, ofBaseName, parseStorePath } from '../../actions/garnix-wait/storepath.ts'
import { parseTrustedKey } from '../../actions/garnix-wait/trustedkey.ts'
import { HELLO, KEY } from './given.ts'

describe('a line of caches', () => {
  test.each([
    ['s3://bucket', "'s3://bucket' is no cache; one begins with https://, http:// or file://"],
    ['cache.example.org', "'cache.example.org' is no cache"],
    ['https://me:pw@cache.example.org', 'the address of cache.example.org holds credentials'],
    ['https://a.example?priority=10', "'https://a.example?priority=10' ends in ?priority=10"],
    ['https://a.example not-a-key', "'not-a-key' is no public key"],
    [`https://a.example a:${Buffer.alloc(31).toString('base64')}`, 'is no public key'],
    ['HTTPS://Cache.Garnix.io:443/', 'cache.garnix.io is gone'],
  ])('%s', (line, words) => {
    expect(() => parseCache(line, [])).toThrow(words)
  })

  test('a secret key is not repeated', () => {
    const secret = Buffer.alloc(64, 7).toString('base64')
    expect(() => parseTrustedKey(`mine-1:${secret}`)).toThrow("the key 'mine-1' is a secret one")
    expect(() => parseTrustedKey(`mine-1:${secret}`)).not.toThrow(secret)
  })

  test('the key of cache.nixos.org may be another one', () => {
    const [key] = parseCache(`https://cache.nixos.org ${KEY.replace('-1', '-2')}`, []).keys
    expect(key?.name).toBe('cache.nixos.org-2')
  })
})

describe('a netrc', () => {
  const TEXT = `
    # of the team
    machine Cache.example.org
      login me
      password "with \\"quotes\\" and # blanks"   # no comment within a word: a#b
    machine other.example.org password pw#1 login you account us
    default login anonymous`

  test('gives each host its login, and all others the default', () => {
    const logins = parseNetrc(TEXT)
    const words = (host: string) =>
      Buffer.from(authorizationFor(host, logins)?.split(' ')[1] ?? '', 'base64').toString()
    expect(words('CACHE.example.org')).toBe('me:with "quotes" and # blanks')
    expect(words('other.example.org')).toBe('you:pw#1')
    expect(words('third.example.org')).toBe('anonymous:')
  })

  test('without a default nobody else gets anything', () => {
    expect(authorizationFor('b', parseNetrc('machine a login b password c'))).toBeUndefined()
  })

  test('names all that has to be masked, also where it is none', () => {
    const basic = Buffer.from('b:c').toString('base64')
    expect(parseNetrc(' ')).toEqual([])
    expect(secretsIn('machine a login b password c')).toEqual(['c', basic])
    expect(secretsIn('machine a login b password c oops')).toEqual(['c'])
    expect(secretsIn('password ""')).toEqual([])
  })

  test.each([
    ['login me', "'login' comes before any `machine HOST`"],
    ['machine a login', 'it is no netrc'],
    ['machine', 'it is no netrc'],
    ['machine a secret b', 'it is no netrc'],
    ['# nothing but a comment\n"default" x', 'it is no netrc'],
  ])('%s', (text, words) => {
    expect(() => parseNetrc(text)).toThrow(words)
  })
})

describe('a store path', () => {
  test('has a hash and a name', () => {
    const path = parseStorePath(HELLO)
    expect([hashPartOf(path), nameOf(path)]).toEqual(['w9yy7v61ipb5rx6i35zq1mvc2iqfmps1', 'hello-2.10'])
    expect(ofBaseName('w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-hello-2.10')).toBe(HELLO)
  })

  test('as a narinfo lists it may be none', () => {
    expect(ofBaseName('../etc/passwd')).toBeUndefined()
  })

  test.each([
    '',
    '/nix/store/',
    'w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-hello-2.10',
    '/gnu/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-hello-2.10',
    '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmpe1-hello-2.10',
    '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1',
    '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-',
    '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-..',
    '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-.-x',
    '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-a b',
    '/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-a/bin/a',
    `/nix/store/w9yy7v61ipb5rx6i35zq1mvc2iqfmps1-${'a'.repeat(212)}`,
    `${HELLO}\n`,
  ])('%j is none', (text) => {
    expect(() => parseStorePath(text)).toThrow(`'${text}' is no store path`)
  })
})
