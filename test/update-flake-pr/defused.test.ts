import { describe, expect, test } from '@jest/globals'
import { clipped, nameCode, plainName, shown } from '../../actions/update-flake-pr/defused.ts'

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['a😀bc', 3, 'a…'],
  ['a😀bc', 4, 'a😀…'],
])('%s in %i characters is %s', (raw, max, cut) => {
  expect(clipped(raw, max)).toBe(cut)
})

describe('a name in plain text', () => {
  test.each([
    ['home-manager/nixpkgs_2', 'home-manager/nixpkgs_2'],
    ['my flake', 'my flake'],
    ['@octocat #1 o/r#1', '?octocat ?1 o/r?1'],
    ['[skip ci]', '?skip ci?'],
    ['fixes https://github.com/o/r/issues/1', 'fixes https?//github.com/o/r/issues/1'],
    ['gh-12 GH-x', 'GH?12 GH-x'],
    ['a\nSigned-off-by: evil <e@e.e>', 'a?Signed-off-by? evil ?e?e.e?'],
    ["it's ü\u202e", 'it?s ??'],
    ['x'.repeat(200), `${'x'.repeat(79)}…`],
  ])('%p is %p', (name, plain) => {
    expect(plainName(name)).toBe(plain)
  })
})

describe('a line in Markdown refers to nothing', () => {
  test.each([
    ['@octocat #1', '&#64;&#8203;octocat &#35;&#8203;1'],
    ['GH-12 and gh-7', 'GH-\u206012 and gh-\u20607'],
    ['https://github.com/o/r/issues/1', 'https&#58;//github.com/o/r/issues/\u20601'],
    ['https://github.com/o/r/pull/1#x', 'https&#58;//github.com/o/r/pull/\u20601&#35;&#8203;x'],
    ['https://github.com/o/r/commit/abc', 'https&#58;//github.com/o/r/commit/\u2060abc'],
    ['https://example.org/a', 'https&#58;//example.org/a'],
  ])('%p', (raw, markdown) => {
    expect(shown(raw)).toBe(markdown)
  })

  test('and is short', () => {
    expect(shown('x'.repeat(1_000))).toBe(`${'x'.repeat(599)}…`)
    expect(shown('a b c', 3)).toBe('a …')
    expect(nameCode('x'.repeat(1_000))).toBe(`<code>${'x'.repeat(79)}…</code>`)
  })
})
