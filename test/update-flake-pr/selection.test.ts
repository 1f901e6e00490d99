import { describe, expect, test } from '@jest/globals'
import { selectInputs } from '../../actions/update-flake-pr/selection.ts'
import type { FlakeSource } from '../../actions/update-flake-pr/sources.ts'
import { github, lock } from './locks.ts'

/** A flake whose root has these inputs: of their own, or following others. */
function source(flake: string, inputs: Readonly<Record<string, string | readonly string[]>>): FlakeSource {
  const nodes = Object.keys(inputs).map((name) => [`node of ${name}`, github(`acme/${name}`, '1')])
  const paths = { directory: `/${flake}`, flakePath: `${flake}/flake.nix`, lockPath: `${flake}/flake.lock` }
  const texts = { flakeText: '', lockText: '' }
  return {
    flake,
    ...paths,
    ...texts,
    lock: lock(inputs, Object.fromEntries(nodes) as object as Record<string, unknown>),
  }
}

const own = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, `node of ${name}`]))
const nix = source('nix', { ...own('nixpkgs', 'home-manager', 'disko'), unstable: ['nixpkgs'] })
const dev = source('dev', own('nixpkgs', 'treefmt-nix'))
const selection = (include: readonly string[], exclude: readonly string[] = []) => ({ include, exclude })

describe('the chosen inputs', () => {
  test.each([
    [[], [], { nix: ['disko', 'home-manager', 'nixpkgs'], dev: ['nixpkgs', 'treefmt-nix'] }],
    [['nixpkgs'], [], { nix: ['nixpkgs'], dev: ['nixpkgs'] }],
    [['*-*'], [], { nix: ['home-manager'], dev: ['treefmt-nix'] }],
    [['treefmt-nix'], [], { nix: [], dev: ['treefmt-nix'] }],
    [[], ['nixpkgs', 'd?sko'], { nix: ['home-manager'], dev: ['treefmt-nix'] }],
    [['*'], ['nixpkgs'], { nix: ['disko', 'home-manager'], dev: ['treefmt-nix'] }],
  ])('of %j without %j', (include, exclude, expected) => {
    const chosen = selectInputs([nix, dev], selection(include, exclude))
    const sorted = [...chosen].map(([flake, names]) => [flake, [...names].sort()] as const)
    expect(Object.fromEntries(sorted)).toEqual(expected)
  })

  test('may have dots in their names, which stand for nothing else', () => {
    const dotted = source('x', own('vim.nvim', 'vimxnvim', 'nixpkgs'))
    expect(selectInputs([dotted], selection([], ['vim.*'])).get('x')).toEqual(['nixpkgs', 'vimxnvim'])
  })

  test('are never those that follow others', () => {
    expect(selectInputs([nix], selection(['*'])).get('nix')).not.toContain('unstable')
  })
})

describe('is an error:', () => {
  const problem = (...asked: Parameters<typeof selectInputs>): string => {
    try {
      return JSON.stringify([...selectInputs(...asked)])
    } catch (error) {
      return (error as Error).message
    }
  }

  test('a name that no flake has, with what may have been meant', () => {
    expect(problem([nix, dev], selection(['nixpkg']))).toBe(
      "Bad input: 'inputs' names 'nixpkg', and no flake has such an input. Did you mean 'nixpkgs'? There are disko, home-manager, nixpkgs, treefmt-nix.",
    )
  })

  test.each([
    [selection([], ['x*']), [], "'exclude' names 'x*', and no flake has such an input. There are"],
    [selection([]), ['none-such'], "'cooldown-exempt' names 'none-such', and no flake"],
    [
      selection(['unstable']),
      [],
      "and 'unstable' follows 'nixpkgs': it moves when that does, and never alone.",
    ],
  ])('%j with the exemptions %j', (selected, exempt, words) => {
    expect(problem([nix], selected, exempt)).toContain(words)
  })

  test('every name that is wrong, at once', () => {
    expect(problem([nix], selection(['one-x'], ['two-x']), ['three-x'])).toMatch(
      /^3 bad inputs:\n- 'inputs' names 'one-x'.*\n- 'exclude' names 'two-x'.*\n- 'cooldown-exempt' names 'three-x'/,
    )
  })

  test('an input that follows the flake itself', () => {
    const words = "and 'self-made' follows the flake itself: it moves"
    expect(problem([source('x', { ...own('a'), 'self-made': [] })], selection(['self-made']))).toContain(
      words,
    )
  })

  test('nothing that is left', () => {
    expect(problem([dev], selection(['nixpkgs'], ['nixpkgs']))).toBe(
      "'inputs' and 'exclude' leave no input to update. There are nixpkgs, treefmt-nix.",
    )
    const none = 'None of the flakes has an input that could be updated.'
    expect(problem([source('x', {})], selection([]))).toBe(none)
    expect(problem([source('x', {})], selection(['a']))).toContain('There are none')
  })

  test('one whose list of names would be endless', () => {
    const many = Array.from({ length: 60 }, (_, at) => `input-${at + 10}`)
    expect(problem([source('x', own(...many))], selection(['zzz']))).toMatch(/input-59 and 10 more\.$/)
  })
})
