import { describe, expect, test } from '@jest/globals'
import { advice } from './advised.ts'
import { at, github, lock, NEW_YEAR, rev, updateTo } from './locks.ts'

const DAY = 86_400

test('there may be nothing to say', () => {
  expect(advice([])).toEqual([])
  expect(advice([updateTo(lock({ n: 'n' }, { n: github('NixOS/nixpkgs', '1') }))])).toEqual([])
})

test('of everything there is one advice for each flake', () => {
  const nodes = {
    ...{ a: github('o/a', '1', { inputs: { n: 'n_2' } }), n: github('NixOS/nixpkgs/nixos-20.09', '1') },
    ...{ n_2: github('NixOS/nixpkgs', '3'), b: github('o/b', '2') },
  }
  const here = lock({ a: 'a', b: 'b', n: 'n' }, nodes)
  const there = lock(
    { a: 'a', b: 'b', n: 'n' },
    { ...nodes, a: github('o/a', '4', { inputs: { n: 'n_2' } }) },
  )
  const upstreams = { a: { isArchived: true, name: 'o/a' }, b: { isArchived: true, name: 'p/b' } }
  const kinds = ['duplicate', 'stale', 'end-of-life', 'archived', 'renamed']
  expect(
    advice([updateTo(here), updateTo(there, { flake: 'sub' })], {
      upstreams,
      nowS: NEW_YEAR + 200 * DAY,
    }).map(({ flake, kind }) => `${flake} ${kind}`),
  ).toEqual([...kinds.map((kind) => `. ${kind}`), ...[...kinds, 'diverging'].map((kind) => `sub ${kind}`)])
})

describe('stale', () => {
  const from = (days: number, original: object = { type: 'github', owner: 'o', repo: 'x' }) => {
    const locked = { type: 'github', owner: 'o', repo: 'x', ...at('1', NEW_YEAR - days * DAY) }
    return updateTo(lock({ x: 'x', y: ['x'] }, { x: { locked, original } }))
  }

  test('is an input that has been the same for more than 180 days', () => {
    expect(advice([from(181)])).toEqual([
      {
        kind: 'stale',
        flake: '.',
        words: 'Older than 180 days, although no rev pins them: x (181 days).',
        lines: [],
      },
    ])
  })

  test.each([
    'main',
    'nixos-unstable',
    'v2-dev',
    'v2',
    '2.30-maintenance',
    '2024-development',
    'release-25.11',
  ])('is an input at the branch %s', (ref) => {
    expect(advice([from(181, { type: 'github', owner: 'o', repo: 'x', ref })])).toMatchObject([
      { kind: 'stale' },
    ])
  })

  test.each([
    ['whose date is not that long ago', from(180.9)],
    ['from the future', from(-1_000)],
    ['that is pinned to a rev', from(181, { type: 'github', owner: 'o', repo: 'x', rev: rev('1') })],
    ['that is pinned to a tag', from(181, { type: 'git', url: 'https://h.org/x', ref: 'refs/tags/x' })],
    ['that is pinned to a version', from(181, { type: 'github', owner: 'o', repo: 'x', ref: 'v1.2.3' })],
    ['that is pinned to a candidate', from(181, { type: 'github', owner: 'o', repo: 'x', ref: 'v1.2-rc.1' })],
    ['that is pinned to a number', from(181, { type: 'github', owner: 'o', repo: 'x', ref: '2.30' })],
    ['that is a path', from(181, { type: 'path', path: '/srv/x' })],
    ['of which nothing is known', from(181, {})],
    [
      'without a date',
      updateTo(lock({ x: 'x' }, { x: github('o/x', '1', { locked: { type: 'path', path: './x' } }) })),
    ],
  ])('is no input %s', (_, update) => {
    expect(advice([update])).toEqual([])
  })

  test('is no input of an input', () => {
    const old = { type: 'github', owner: 'o', repo: 'x', ...at('1', 0) }
    const nodes = { a: github('o/a', '1', { inputs: { x: 'x' } }), x: { ...github('o/x', '1'), locked: old } }
    expect(advice([updateTo(lock({ a: 'a' }, nodes))])).toEqual([])
  })
})

test('a release is past its end when its last day is over', () => {
  const nodes = {
    n: github('NixOS/nixpkgs/nixos-25.05', '1'),
    h: github('nix-community/home-manager/release-25.05', '1'),
  }
  const update = updateTo(lock({ n: 'n', h: 'h' }, nodes))
  expect(advice([update], { nowS: NEW_YEAR - 1 })).toEqual([])
  expect(advice([update])).toEqual([
    {
      ...{ kind: 'end-of-life', flake: '.', lines: [] },
      words:
        'Past the end of their life, so no fixes come any more: h (25.05, until 31 December 2025), n (25.05, until 31 December 2025).',
    },
  ])
})
