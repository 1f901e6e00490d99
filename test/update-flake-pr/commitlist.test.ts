import { describe, expect, test } from '@jest/globals'
import { commitLists, listedIn } from '../../actions/update-flake-pr/commitlist.ts'
import type { Change, History } from '../../actions/update-flake-pr/facts.ts'
import { added, commit, flake, historiesOf, history, NEW, OLD, updated } from './bodyscene.ts'

const GITHUB = 'https://github.com'
const COMMIT = `<a href="https://github.com/NixOS/nixpkgs/commit/${NEW}">bbbbbbbb</a>`
const PULLS = 'https://redirect.github.com/NixOS/nixpkgs/pull'

function markdownOf(change: Change, its: History, max = 60_000): string {
  return commitLists(
    listedIn([flake([change])], () => its),
    max,
    GITHUB,
  )
}

describe('histories', () => {
  const disko = { owner: 'nix-community', repo: 'disko' }
  const historyOf = historiesOf({
    ...{ nixpkgs: history(['a']), other: history(['a']), disko: history(['b']), 'disko/a': history(['c']) },
    ...{ empty: history([]), dead: { problem: 'GitHub answered 404.' } },
  })

  test('of root inputs are listed, of one upstream once', () => {
    const here = flake(['nixpkgs', 'disko/a', 'empty', 'dead', 'unknown'].map((path) => updated(path)))
    const there = flake([updated('other'), updated('nixpkgs'), updated('disko', disko)], { flake: 'nix' })
    const names = listedIn([here, there], historyOf).map((one) => one.names)
    expect(names).toEqual([['nixpkgs', 'other'], ['disko']])
  })
})

describe('a list of commits', () => {
  test('is folded, counted and linked', () => {
    expect(markdownOf(updated('nixpkgs'), history(['nginx: 1 -> 2 (#12)', 'curl: 3']))).toBe(
      '<details><summary><code>nixpkgs</code>: 2 commits</summary>\n\n' +
        `- ${COMMIT} nginx: 1 -&#62; 2 (<a href="${PULLS}/12">&#35;&#8203;12</a>)\n` +
        `- ${COMMIT} curl: 3\n\n</details>\n\n`,
    )
  })

  test('says what stands out, and how much of it', () => {
    const its = history(['one', 'Fix CVE-2026-1234', 'Security', 'Revert a'])
    const markdown = markdownOf(updated('nixpkgs'), its)
    expect(markdown).toContain('</code>: 4 commits (security 2, revert 1)</summary>')
    expect(markdown).toContain(`\n\n- ${COMMIT} **security** Fix CVE-2026-1234\n`)
  })

  test('says how many nobody read', () => {
    const compare = `https://github.com/NixOS/nixpkgs/compare/${OLD}...${NEW}`
    const markdown = markdownOf(updated('nixpkgs'), history(['one'], { total: 1_501 }))
    expect(markdown).toContain('</code>: 1,501 commits</summary>')
    expect(markdown).toContain(
      `one\n- 1,500 more commits (<a href="${compare}">all of them</a>)\n\n</details>`,
    )
  })

  test('counts those that it has where nobody says a total', () => {
    expect(markdownOf(updated('nixpkgs'), history(['one'], { total: undefined }))).toContain(': 1 commit<')
  })

  test('links a merged pull request', () => {
    const its = history(['Merge pull request #12 from a/b\n\ncurl: 3'])
    expect(markdownOf(updated('nixpkgs'), its)).toContain(`curl: 3 (<a href="${PULLS}/12">`)
  })

  test.each([
    ['o/r#12', 'o/r&#35;&#8203;12'],
    ['#1234567890', '&#35;&#8203;1234567890'],
    ['@#12', '&#64;&#35;&#8203;12'],
    ['a #12b', 'a &#35;&#8203;12b'],
    ['@octocat', '&#64;&#8203;octocat'],
  ])('links no %s', (subject, shown) => {
    expect(markdownOf(updated('nixpkgs'), history([subject]))).toContain(`${COMMIT} ${shown}\n`)
  })

  test.each([
    [
      { type: 'gitlab', owner: 'a', repo: 'b' },
      `<a href="https://gitlab.com/a/b/-/commit/${NEW}">bbbbbbbb</a>`,
    ],
    [{ type: 'git', url: 'https://git.example.org/a/b' }, '<code>bbbbbbbb</code>'],
  ])('links numbers on github.com only: %j', (given, start) => {
    expect(markdownOf(updated('x', given), history(['a (#12)']))).toContain(`- ${start} a (&#35;&#8203;12)\n`)
  })

  test('needs no old revision', () => {
    const markdown = markdownOf(added('nixpkgs'), history(['one'], { total: 3 }))
    expect(markdown).toContain(`- ${COMMIT} one\n- 2 more commits\n`)
  })

  test('links nothing of an input that has nothing locked', () => {
    const change = updated('nixpkgs')
    const its = history(['a (#12)'])
    const removed = { ...change, to: undefined }
    expect(markdownOf(removed, its)).toContain('- <code>bbbbbbbb</code> a (&#35;&#8203;12)\n')
  })

  test('has only the beginning of a long subject, and the number still', () => {
    const its = history([`Merge pull request #12 from a/b\n\n${'x'.repeat(500)}`])
    expect(markdownOf(updated('nixpkgs'), its)).toContain(` ${'x'.repeat(159)}… (<a href="${PULLS}/12">`)
  })
})

describe('where there is little room', () => {
  const commits = Array.from({ length: 100 }, (_, at) => commit(`one number ${at}`))
  const long = { relation: 'ahead', total: 200, commits } as const
  const paths = ['a', 'b', 'c'] as const
  const changes = paths.map((path) => updated(path, { repo: path }))
  const short = history(['short'])
  const all = listedIn([flake(changes)], historiesOf({ a: long, b: short, c: long }))

  test('each list gets its share, and says how much is left out', () => {
    const markdown = commitLists(all, 5_000, GITHUB)
    expect(markdown.length).toBeLessThanOrEqual(5_000)
    expect(markdown.length).toBeGreaterThan(4_500)
    const [a = '', b, c = ''] = markdown.split('</details>')
    expect(b).toContain('short')
    const counts = [a, c].map((list) => list.match(/one number/g)?.length ?? 0)
    expect(counts[0]).toBeGreaterThan(10)
    expect(counts).toEqual([counts[0], counts[0]])
    expect(c).toContain(`- ${200 - (counts[0] ?? 0)} more commits (<a href=`)
  })

  test('lists are left out rather than cut within', () => {
    const markdown = commitLists(all, 900, GITHUB)
    expect(markdown).toMatch(
      /^<details><summary><code>b<.*<\/details>\n\nThere is no room for the commits of 2 inputs\.\n$/s,
    )
    expect(commitLists(all, 0, GITHUB)).toBe('There is no room for the commits of 3 inputs.\n')
  })

  test('nothing is nothing', () => {
    expect(commitLists([], 900, GITHUB)).toBe('')
  })
})
