import { describe, expect, test } from '@jest/globals'
import { filled } from '../../actions/update-flake-pr/title.ts'
import { added, flake, removed, updated } from './bodyscene.ts'

const named = (...names: readonly string[]) => [flake(names.map((name) => updated(name)))]

describe('the inputs in a title', () => {
  test.each([
    [['nixpkgs'], 'update nixpkgs'],
    [['nixpkgs', 'disko'], 'update nixpkgs and disko'],
    [['nixpkgs', 'disko', 'a'], 'update nixpkgs, disko and a'],
    [['nixpkgs', 'disko', 'a', 'b'], 'update nixpkgs, disko and 2 more'],
    [['nixpkgs', 'disko', 'a', 'b', 'c'], 'update nixpkgs, disko and 3 more'],
    [['disko/nixpkgs', 'disko'], 'update disko'],
    [['disko/nixpkgs', 'a/b'], 'update disko/nixpkgs and a/b'],
    [['"a/b"', 'disko/nixpkgs'], 'update ?a/b?'],
    [[], 'update nothing'],
  ])('%j: %s', (names, title) => {
    expect(filled('update {inputs}', named(...names))).toBe(title)
  })

  test('are told once, whatever happens to them', () => {
    const updates = [flake([updated('nixpkgs'), added('b')]), flake([updated('nixpkgs'), removed('c')])]
    expect(filled('{inputs}', updates)).toBe('nixpkgs, b and c')
  })
})

test('the flakes in a title are those that change', () => {
  const updates = [
    flake([updated('a')]),
    flake([], { flake: 'x' }),
    flake([updated('b')], { flake: 'nix/@dev' }),
  ]
  expect(filled('{flakes}: {inputs} ({flakes})', updates)).toBe('. and nix/?dev: a and b (. and nix/?dev)')
})

describe('a title', () => {
  test('is one line', () => {
    expect(filled(' a\r\n\tb\u2028c\u0000{inputs}\u202e ', named('x\ny'))).toBe('a b c x?y')
  })

  test('is as long as GitHub takes it', () => {
    expect(filled(`${'a'.repeat(300)}{inputs}`, named('x'))).toBe(`${'a'.repeat(249)}…`)
  })

  test('takes nothing in a name for a placeholder', () => {
    expect(filled('{inputs} {flakes} {other}', named('{flakes}', '$&'))).toBe('?flakes? and ?? . {other}')
  })
})
