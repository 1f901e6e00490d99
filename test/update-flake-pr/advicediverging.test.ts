import { describe, expect, test } from '@jest/globals'
import { advice } from './advised.ts'
import { github, lock, rev, updateTo } from './locks.ts'

describe('diverging', () => {
  const flake = (name: string, node: object) => updateTo(lock({ n: 'n' }, { n: node }), { flake: name })
  const HERE = flake('.', github('NixOS/nixpkgs/nixos-unstable', '1'))

  test('are flakes with other revs of one branch', () => {
    const there = flake('sub', github('nixos/nixpkgs/nixos-unstable', '2'))
    const third = flake('third', github('NixOS/nixpkgs/nixos-unstable', '1'))
    expect(advice([HERE, there, third])).toEqual([
      {
        ...{ kind: 'diverging', flake: 'sub', lines: [] },
        words:
          "Flakes of this repository have other revisions of the same branch: n is 22222222 here and 11111111 in '.'.",
      },
      {
        ...{ kind: 'diverging', flake: 'third', lines: [] },
        words:
          "Flakes of this repository have other revisions of the same branch: n is 11111111 here and 22222222 in 'sub'.",
      },
    ])
  })

  test.each([
    ['the same rev', github('NixOS/nixpkgs/nixos-unstable', '1')],
    ['another branch', github('NixOS/nixpkgs/nixos-25.11', '2')],
    ['another repository', github('NixOS/nix/nixos-unstable', '2')],
    [
      'a rev that is pinned',
      {
        ...github('NixOS/nixpkgs', '2'),
        original: { type: 'github', owner: 'NixOS', repo: 'nixpkgs', ref: 'nixos-unstable', rev: rev('2') },
      },
    ],
    [
      'no rev',
      {
        ...github('NixOS/nixpkgs/nixos-unstable', '2'),
        locked: { type: 'github', owner: 'NixOS', repo: 'nixpkgs' },
      },
    ],
    [
      'a source that nobody knows',
      {
        ...github('NixOS/nixpkgs/nixos-unstable', '2'),
        locked: { type: 'git', url: 'https://h.org/n', rev: rev('2') },
      },
    ],
  ])('are no flakes with %s', (_, node) => {
    expect(advice([HERE, flake('sub', node)])).toEqual([])
  })
})
