import { describe, expect, test } from '@jest/globals'
import { fromNix32, parseHash, sha256InNix32, toNix32 } from '../../actions/garnix-wait/nix32.ts'
import { seeded } from '../support/graph.ts'

/** As `nix hash to-base32` gives it. */
const HEX = '8ff54500fb829867e5aee6ec054f5ccd5266670b0bf6f491b5276269dc9b358c'
const NIX32 = '131mkgf6jqi7nn8z9xhb1dknclndbi7hbv76mvjng642zc04bxcg'
const BYTES = Buffer.from(HEX, 'hex')

test('bytes and base 32 are the same thing', () => {
  expect(toNix32(BYTES)).toBe(NIX32)
  expect(Buffer.from(fromNix32(NIX32, 32) ?? [])).toEqual(BYTES)
})

test('what is written can be read again, whatever its size', () => {
  const random = seeded(1)
  for (const size of [0, 1, 5, 16, 20, 32, 63, 64])
    for (let round = 0; round < 20; round++) {
      const bytes = Uint8Array.from({ length: size }, () => Math.floor(random() * 256))
      expect(fromNix32(toNix32(bytes), size)).toEqual(bytes)
    }
})

test.each([
  ['too short', NIX32.slice(1)],
  ['too long', `${NIX32}0`],
  ['with a digit that is none', NIX32.replace('m', 'e')],
  ['with more than 256 bits', `z${NIX32.slice(1)}`],
])('what is %s is no hash', (_, text) => {
  expect(fromNix32(text, 32)).toBeUndefined()
})

describe('a hash', () => {
  test.each([
    ['hex', `sha256:${HEX}`],
    ['base 32', `sha256:${NIX32}`],
    ['base 64', `sha256:${BYTES.toString('base64')}`],
    ['SRI', `sha256-${BYTES.toString('base64')}`],
  ])('is read from %s', (_, text) => {
    const hash = parseHash(text)
    expect(hash?.algorithm).toBe('sha256')
    expect(Buffer.from(hash?.bytes ?? [])).toEqual(BYTES)
  })

  test.each([
    ['sha1', 'sha1:kpcd173cq987hw957sx6m0868wv3x6d9', 20],
    ['md5', 'md5:d41d8cd98f00b204e9800998ecf8427e', 16],
    ['sha512', `sha512-${Buffer.alloc(64, 7).toString('base64')}`, 64],
  ])('of %s has another length', (algorithm, text, size) => {
    expect(parseHash(text)).toMatchObject({ algorithm })
    expect(parseHash(text)?.bytes).toHaveLength(size)
  })

  test.each([
    ['nothing', ''],
    ['no algorithm', NIX32],
    ['an unknown one', `blake9:${NIX32}`],
    ["a property of every object's", `constructor:${NIX32}`],
    ['digits that are none', `sha256:${'g'.repeat(64)}`],
    ['too few of them', 'sha256:abc'],
    ['bad base 64', `sha256-${BYTES.toString('base64').slice(0, -1)}`],
    ['base 32 where base 64 belongs', `sha256-${NIX32}`],
    ['a line break', `sha256:${NIX32}\n`],
  ])('is not read from %s', (_, text) => {
    expect(parseHash(text)).toBeUndefined()
  })
})

test.each([`sha256:${NIX32}`, `sha256:${HEX}`, `sha256-${BYTES.toString('base64')}`])(
  '%s is written in base 32',
  (text) => {
    expect(sha256InNix32(text)).toBe(NIX32)
  },
)

test.each([
  '',
  `sha256:z${NIX32.slice(1)}`,
  `sha256:${NIX32}0`,
  `sha256:${NIX32.replace('m', 'e')}`,
  `md5:${HEX.slice(32)}`,
])('%j is no SHA-256', (text) => {
  expect(sha256InNix32(text)).toBeUndefined()
})
