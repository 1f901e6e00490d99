import { describe, expect, test } from '@jest/globals'
import { advisoriesIn, ranked, type Reason } from '../../actions/update-flake-pr/ranking.ts'
import { commit } from './bodyscene.ts'

const rankedFrom = (...messages: readonly string[]) => ranked(messages.map((message) => commit(message)))
const subjectsOf = (...messages: readonly string[]) => rankedFrom(...messages).map(({ subject }) => subject)

describe('what stands out', () => {
  test.each<[string, Reason | undefined]>([
    ['nginx: 1.26 -> 1.27', undefined],
    ['openssl: fix cve-2026-1234', 'security'],
    ['curl: update\n\nThis fixes CVE-2026-1234.', 'security'],
    ['curl: GHSA-aaaa-bbbb-cccc', 'security'],
    ['Fix a security hole', 'security'],
    ['x: patch\n\nA vulnerability in y', 'security'],
    ['x: docs\n\nno word on security', undefined],
    ['feat!: x', 'breaking'],
    ['feat(a b)!: x', 'breaking'],
    ['nixos/foo!: x', 'breaking'],
    ['feat: x\n\nBREAKING CHANGE: y', 'breaking'],
    ['hooray!', undefined],
    ['Revert "x"', 'revert'],
    ['nginx: revert to 1.26', 'revert'],
    ['nginx: irrevertible', undefined],
    ['lib: deprecate x', 'deprecation'],
    ['python311: drop', 'removal'],
    ['treewide: remove x', 'removal'],
    ['x: removal of y', 'removal'],
    ['x: dropdown', undefined],
    ['', undefined],
  ])('%p: %s', (message, reason) => {
    expect(rankedFrom(message)[0]?.reason).toBe(reason)
  })

  test('comes first, the rest from new to old, merges of branches last', () => {
    expect(
      subjectsOf(
        "Merge branch 'main'",
        'one',
        'Remove a',
        'Merge remote-tracking branch x',
        'deprecate a',
        'Revert a',
        'two',
        'a!: b',
        'security: a',
        'security: b',
      ),
    ).toEqual([
      ...['security: a', 'security: b', 'a!: b', 'Revert a', 'deprecate a', 'Remove a', 'one', 'two'],
      ...["Merge branch 'main'", 'Merge remote-tracking branch x'],
    ])
  })
})

describe('a merged pull request', () => {
  test('is told by its title and its number', () => {
    expect(rankedFrom('Merge pull request #12 from a/b\n\ncurl: 1 -> 2\n\nmore')).toMatchObject([
      { subject: 'curl: 1 -> 2', pull: '12' },
    ])
  })

  test.each([
    ['Merge pull request #12 from a/b', 'Merge pull request #12 from a/b'],
    ['Merge pull request #12 from a/b\r\n\r\ncurl: 1 -> 2 (#12)', 'curl: 1 -> 2 (#12)'],
    ['Merge pull request #12 from a b\n\nx', 'Merge pull request #12 from a b'],
  ])('%p has its number already', (message, subject) => {
    expect(rankedFrom(message)).toMatchObject([{ subject, pull: undefined }])
  })

  test('is told once, with its number', () => {
    expect(
      rankedFrom(
        'Merge pull request #12 from a/b\n\ncurl: 1',
        'curl: 1',
        'nginx: 2',
        'nginx: 2 (#13)',
        'curl: 3',
      ),
    ).toMatchObject([
      { subject: 'curl: 1', pull: '12' },
      { subject: 'nginx: 2 (#13)', pull: undefined },
      { subject: 'curl: 3', pull: undefined },
    ])
  })
})

test('advisories are found in whole messages, each once', () => {
  const messages = [
    'fix CVE-2026-9999',
    'x\n\ncve-2026-1234, CVE-2026-9999',
    'GHSA-aaaa-bbbb-1234',
    'CVE-20-1',
  ]
  expect(advisoriesIn(messages.map((message) => commit(message)))).toEqual([
    'CVE-2026-1234',
    'CVE-2026-9999',
    'GHSA-AAAA-BBBB-1234',
  ])
})
