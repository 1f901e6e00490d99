import { describe, expect, test } from '@jest/globals'
import { argumentsOf, isUpdatable, type Plan } from '../../actions/update-flake-pr/plan.ts'

const plan = (update: readonly string[], pins: Readonly<Record<string, string>> = {}): Plan => ({
  update,
  pins: new Map(Object.entries(pins)),
})

describe('nix is asked', () => {
  test.each([
    [plan(['a', 'b']), 'flake update a b --flake .', 'flake lock . --update-input a --update-input b'],
    [
      plan(['a'], { b: 'x:y' }),
      'flake update a --flake . --override-input b x:y',
      'flake lock . --update-input a --override-input b x:y',
    ],
    [
      plan(['a', 'b'], { b: 'x:y' }),
      'flake update a --flake . --override-input b x:y',
      'flake lock . --update-input a --override-input b x:y',
    ],
    [plan([], { b: 'x:y' }), 'flake lock . --override-input b x:y', 'flake lock . --override-input b x:y'],
    [plan([]), 'flake lock .', 'flake lock .'],
  ])('for %j by %j, and before 2.19 by %j', (given, positional, older) => {
    expect(argumentsOf(given, 'positional').join(' ')).toBe(positional)
    expect(argumentsOf(given, 'update-input').join(' ')).toBe(older)
  })
})

test.each([
  ['nixpkgs', true],
  ['nixpkgs-24_05', true],
  ['', false],
  ['24', false],
  ['-a', false],
  ['--commit-lock-file', false],
  ['a.b', false],
  ['a/b', false],
  ['a b', false],
  ['a\n', false],
])('whether %j can be the name of an input to update: %j', (name, is) => {
  expect(isUpdatable(name)).toBe(is)
})
