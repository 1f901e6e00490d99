/** The changelog before and after a release, and the order of versions. */
import { describe, expect, test } from '@jest/globals'
import { isLater, releasedChangelog, sectionOf } from '../../scripts/release-text.js'

const BEFORE = `# Changelog

## [Unreleased]

- new

## [1.1.0] - 2026-10-01

- old

[Unreleased]: https://github.com/octo-org/nix/compare/v1.1.0...main
[1.1.0]: https://github.com/octo-org/nix/releases/tag/v1.1.0
`
const RELEASE = { version: '1.2.0', previous: '1.1.0', date: '2026-11-30', repository: 'octo-org/nix' }

describe('a released changelog', () => {
  const after = releasedChangelog(BEFORE, RELEASE)

  test('has what was new below the version and its day, and nothing new', () => {
    expect(after).toContain('## [Unreleased]\n\n## [1.2.0] - 2026-11-30\n\n- new\n\n## [1.1.0]')
    expect([sectionOf(after, 'Unreleased'), sectionOf(after, '1.2.0'), sectionOf(after, '1.1.0')]).toEqual([
      '',
      '- new',
      '- old',
    ])
    expect(sectionOf(after, '1.2')).toBeUndefined()
  })

  test('links what changed', () => {
    expect(after.slice(after.indexOf('[Unreleased]: '))).toBe(
      `[Unreleased]: https://github.com/octo-org/nix/compare/v1.2.0...main
[1.2.0]: https://github.com/octo-org/nix/compare/v1.1.0...v1.2.0
[1.1.0]: https://github.com/octo-org/nix/releases/tag/v1.1.0
`,
    )
    expect(releasedChangelog(BEFORE, { ...RELEASE, previous: undefined })).toContain(
      '\n[1.2.0]: https://github.com/octo-org/nix/releases/tag/v1.2.0\n',
    )
  })
})

test.each([
  ['1.2.3', '1.2.2', true],
  ['1.10.0', '1.9.9', true],
  ['2.0.0', '1.99.99', true],
  ['1.2.3', '1.2.3', false],
  ['1.2.3', '1.3.0', false],
  ['1.9.9', '1.10.0', false],
])('%s is later than %s: %s', (one, other, expected) => {
  expect(isLater(one, other)).toBe(expected)
})
