import { describe, expect, test } from '@jest/globals'
import type { Change, Risk } from '../../actions/update-flake-pr/facts.ts'
import { rootTables, transitiveTables, type Known } from '../../actions/update-flake-pr/inputtable.ts'
import {
  added,
  flake,
  follower,
  historiesOf,
  history,
  input,
  NEW,
  NOW_S,
  OLD,
  removed,
  updated,
} from './bodyscene.ts'

const KNOWN: Known = { historyOf: () => undefined, serverUrl: 'https://github.com', nowS: NOW_S }
const COMPARE = `https://github.com/NixOS/nixpkgs/compare/${OLD}...${NEW}`
const OLD_CELL = '<code>aaaaaaaa</code><br>2026-11-08'
const NEW_CELL = '<code>bbbbbbbb</code><br>2026-11-20'

function cellsOf(change: Change, known: Partial<Known> = {}): readonly string[] {
  const lines = rootTables([flake([change])], { ...KNOWN, ...known }, 9_000).split('\n')
  return lines[2]?.slice(2, -2).split(' | ') ?? []
}

describe('a row of the table', () => {
  test('has the revisions, their dates, the age, and a link', () => {
    expect(cellsOf(updated('nixpkgs', { ref: 'nixos-unstable' }))).toEqual([
      '<code>nixpkgs</code><br><sub>github:NixOS/nixpkgs/nixos-unstable</sub>',
      OLD_CELL,
      NEW_CELL,
      '12 days newer; now 3 days old',
      `<a href="${COMPARE}">compare</a>`,
    ])
  })

  test.each([
    [history(['a'], { total: 1_234 }), '1,234 commits'],
    [history([], { total: undefined }), 'compare'],
    [history([], { total: 0 }), 'compare'],
    [{ problem: 'no' }, 'compare'],
  ])('says how many commits there are, if it is known', (its, words) => {
    const historyOf = historiesOf({ nixpkgs: its })
    expect(cellsOf(updated('nixpkgs'), { historyOf })[4]).toBe(`<a href="${COMPARE}">${words}</a>`)
  })

  test('links the next best page', () => {
    const srht = updated('a', { type: 'sourcehut', owner: '~a', repo: 'b' })
    expect(cellsOf(srht)[4]).toBe(`<a href="https://git.sr.ht/&#126;a/b/log/${NEW}">history</a>`)
    expect(cellsOf(added('a'))[4]).toBe(
      `<a href="https://github.com/NixOS/nixpkgs/commit/${NEW}">revision</a>`,
    )
    expect(cellsOf(updated('a', { type: 'git', url: 'https://git.example/a' }))[4]).toBe('')
  })

  test('says what is new, gone, or follows another input', () => {
    expect(cellsOf(added('a')).slice(1, 4)).toEqual(['new', NEW_CELL, 'now 3 days old'])
    expect(cellsOf(removed('a')).slice(1)).toEqual([NEW_CELL, 'removed', '', ''])
    expect(cellsOf(added('a', follower('a', 'b'))).slice(1, 3)).toEqual(['new', 'follows <code>b</code>'])
    expect(cellsOf(added('a', follower('a', '')))[2]).toBe('follows the flake')
  })

  test('shows where a retargeted input pointed before', () => {
    const from = input('a', { owner: 'old', ref: 'x' })
    const change = { ...updated('a', { ref: 'y' }), kind: 'retargeted' as const, from }
    expect(cellsOf(change).slice(0, 2)).toEqual([
      '<code>a</code><br><sub>github:NixOS/nixpkgs/y</sub>',
      `${NEW_CELL}<br><sub>github:old/nixpkgs/x</sub>`,
    ])
    expect(cellsOf({ ...change, from: { ...from, original: undefined } })[1]).toBe(NEW_CELL)
  })

  test('has a hash where there is no rev, and nothing where there is neither', () => {
    const none = { rev: undefined, lastModified: undefined }
    expect(cellsOf(added('a', input('a', { ...none, narHash: 'sha256-0123456789abcdef' })))[2]).toBe(
      '<code>sha256-01234567</code>',
    )
    expect(cellsOf(added('a', input('a', none)))[2]).toBe('')
    const nothing = { ...input('a'), locked: undefined, original: undefined }
    expect(cellsOf(added('a', nothing))).toEqual(['<code>a</code>', 'new', '', '', ''])
  })

  test.each<[Risk, string]>([
    ['downgrade', '**goes back**'],
    ['host', '**another host**'],
    ['owner', '**another owner**'],
  ])('says in bold what is a %s', (risk, words) => {
    const change = updated('a', {}, { risks: [risk] })
    expect(cellsOf(change)[3]).toBe(`12 days newer; now 3 days old; ${words}`)
    expect(cellsOf({ ...change, from: undefined, to: { ...input('a'), locked: undefined } })[3]).toBe(words)
  })

  test('says in bold that a history was rewritten', () => {
    const historyOf = historiesOf({ a: history(['x'], { relation: 'diverged' }) })
    expect(cellsOf(updated('a'), { historyOf, nowS: undefined })[3]).toBe(
      '12 days newer; **history rewritten**',
    )
  })
})

describe('the tables', () => {
  const several = [
    flake([updated('nixpkgs'), updated('a/b')]),
    flake([updated('c/d')], { flake: 'x' }),
    flake([updated('disko')], { flake: 'nix' }),
  ]

  test('are one for each flake with changes', () => {
    const markdown = rootTables(several, KNOWN, 9_000)
    expect(markdown).toMatch(
      /^Flake <code>\.<\/code>:\n\n\| Input .*<code>nixpkgs<\/code>.*\n\nFlake <code>nix<\/code>:\n\n/s,
    )
    expect(markdown).not.toMatch(/<code>(x|a\/b|c\/d)<\/code>/)
  })

  test('of inputs of inputs are folded', () => {
    const markdown = transitiveTables(several, KNOWN, 9_000)
    expect(markdown).toMatch(
      /^<details><summary>2 transitive inputs<\/summary>\n\nFlake .*<code>a\/b<.*<code>c\/d<.*\n\n<\/details>\n$/s,
    )
    expect(markdown).not.toMatch(/<code>(nixpkgs|disko)<\/code>/)
  })

  test('are not there where there is nothing', () => {
    expect(rootTables([flake([updated('a/b')])], KNOWN, 9_000)).toBe('')
    expect(transitiveTables([flake([updated('a')])], KNOWN, 9_000)).toBe('')
  })
})

describe('where there is little room', () => {
  const many = [
    flake([...Array.from({ length: 200 }, (_, at) => updated(`input-${at}`)), added('new'), removed('old')]),
  ]

  test('the rows are shorter, and all there', () => {
    const markdown = rootTables(many, KNOWN, 25_000)
    expect(markdown.length).toBeLessThanOrEqual(25_000)
    expect(markdown).toContain('| Flake | Input | From | To |\n')
    expect(markdown).toContain(
      '\n| <code>.</code> | <code>input-199</code> | <code>aaaaaaaa</code> | <code>bbbbbbbb</code> |\n',
    )
    expect(markdown).toContain('<code>new</code> | new | <code>bbbbbbbb</code> |\n')
    expect(markdown).toContain('<code>old</code> | <code>bbbbbbbb</code> | removed |\n')
    expect(markdown).not.toContain('There is no room')
  })

  test('those that are left out in the end are counted', () => {
    const markdown = rootTables(many, KNOWN, 5_000)
    expect(markdown.length).toBeLessThanOrEqual(5_000)
    const rows = markdown.match(/<code>input-/g)?.length ?? 0
    expect(rows).toBeGreaterThan(40)
    expect(markdown.endsWith(`\n\nThere is no room here for ${202 - rows} more inputs.\n`)).toBe(true)
  })

  test('inputs of inputs keep to theirs', () => {
    const changes = Array.from({ length: 200 }, (_, at) => updated(`a/input-${at}`))
    const rooms = Array.from({ length: 8 }, (_, at) => 4_900 + 9 * at)
    expect(rooms.filter((room) => transitiveTables([flake(changes)], KNOWN, room).length > room)).toEqual([])
    const markdown = transitiveTables([flake(changes)], KNOWN, 5_000)
    expect(markdown).toMatch(
      /^<details><summary>200 transitive inputs<.*There is no room here for \d+ more inputs\.\n\n<\/details>\n$/s,
    )
  })
})
