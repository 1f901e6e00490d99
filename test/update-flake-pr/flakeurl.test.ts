import { expect, test } from '@jest/globals'
import { forgeUrl, lockedUrl, pinnedUrl } from '../../actions/update-flake-pr/flakeurl.ts'
import { LOCKED, PINNED, UNLOCKABLE, UNPINNABLE } from './flakeurls.ts'
import { reference, rev } from './locks.ts'

const A = rev('a')

test.each(PINNED)('%j is pinned to %s by %s', (attributes, to, url) => {
  expect(pinnedUrl(reference(attributes), to)).toBe(url)
})

test.each(LOCKED)('%j is locked, at %j, by %s', (attributes, _, url) => {
  expect(lockedUrl(reference(attributes))).toBe(url)
})

test.each(UNPINNABLE)('nothing pins %s', (_, attributes) => {
  expect(pinnedUrl(reference(attributes), A)).toBeUndefined()
})

test.each(UNLOCKABLE)('nothing locks %s', (_, attributes) => {
  expect(lockedUrl(reference(attributes))).toBeUndefined()
})

test.each(['main', '', A.slice(1), A.toUpperCase(), `${A}?x`, `${A}\n`, `${A}/../x`])(
  '%j is no rev',
  (text) => {
    expect(pinnedUrl(reference({ type: 'github', owner: 'o', repo: 'r' }), text)).toBeUndefined()
    expect(pinnedUrl(reference({ type: 'git', url: 'https://h.org/r' }), text)).toBeUndefined()
  },
)

test('a rev of SHA-256 is one for git alone', () => {
  const long = 'a'.repeat(64)
  expect(pinnedUrl(reference({ type: 'git', url: 'https://h.org/r' }), long)).toBe(
    `git+https://h.org/r?rev=${long}`,
  )
  expect(pinnedUrl(reference({ type: 'gitlab', owner: 'o', repo: 'r' }), long)).toBeUndefined()
})

test('half a character is none that a URL could hold', () => {
  const odd = reference({ type: 'git', url: 'https://h.org/r', ref: '\ud800' })
  expect(pinnedUrl(odd, A)).toBe(`git+https://h.org/r?ref=%EF%BF%BD&rev=${A}`)
})

test.each([
  ['github:o/r', undefined],
  ['github:o/r/a/b%20c', 'a/b c'],
])('%s is at %j', (url, at) => {
  expect(forgeUrl(reference({ type: 'github', owner: 'o', repo: 'r' }), at)).toBe(url)
})
