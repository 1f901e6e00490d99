import { describe, expect, test } from '@jest/globals'
import type { Lock } from '../../actions/update-flake-pr/facts.ts'
import { advice } from './advised.ts'
import { github, lock, updateTo } from './locks.ts'

function lines(after: Lock): readonly string[] {
  return advice([updateTo(after)]).flatMap((one) => one.lines)
}

const NIXPKGS = github('NixOS/nixpkgs/nixos-unstable', '1')
const A = github('o/a', '1', { inputs: { nixpkgs: 'n_2' } })

test('a repository that the lock has several times can be shared', () => {
  const nodes = {
    ...{ n: NIXPKGS, n_2: github('nixos/nixpkgs/nixos-24.05', '2'), n_3: github('NixOS/nixpkgs', '3') },
    ...{ u: github('numtide/flake-utils', '1'), u_2: github('numtide/flake-utils', '2') },
    a: github('o/a', '1', { inputs: { nixpkgs: 'n_2', b: 'b' } }),
    b: github('o/b', '1', { inputs: { nixpkgs: 'n_3', 'flake-utils': 'u_2' } }),
  }
  expect(advice([updateTo(lock({ a: 'a', nixpkgs: 'n', 'flake-utils': 'u' }, nodes))])).toEqual([
    {
      ...{ kind: 'duplicate', flake: '.' },
      words:
        "The lock has NixOS/nixpkgs 3 times and numtide/flake-utils 2 times. These lines in flake.nix make inputs share this flake's own.",
      lines: [
        'inputs.a.inputs.nixpkgs.follows = "nixpkgs";',
        'inputs.a.inputs.b.inputs.flake-utils.follows = "flake-utils";',
        'inputs.a.inputs.b.inputs.nixpkgs.follows = "nixpkgs";',
      ],
    },
  ])
})

describe('nothing is to be shared', () => {
  test.each([
    [
      'that the flake itself has not',
      lock({ a: 'a', b: 'b' }, { a: A, b: { ...A, inputs: { nixpkgs: 'n' } }, n: NIXPKGS, n_2: NIXPKGS }),
    ],
    [
      'that is shared already',
      lock({ a: 'a', n: 'n' }, { a: { ...A, inputs: { nixpkgs: ['n'] } }, n: NIXPKGS }),
    ],
    ['that only the flake itself has', lock({ m: 'm', n: 'n' }, { m: NIXPKGS, n: NIXPKGS })],
    [
      'of another directory',
      lock(
        { a: 'a', n: 'n' },
        { a: A, n: NIXPKGS, n_2: { ...NIXPKGS, locked: { ...(NIXPKGS['locked'] as object), dir: 'd' } } },
      ),
    ],
    [
      'that is no flake there',
      lock({ a: 'a', n: 'n' }, { a: A, n: NIXPKGS, n_2: { ...NIXPKGS, flake: false } }),
    ],
    [
      'that nobody knows',
      lock(
        { a: 'a', n: 'n' },
        {
          a: A,
          n: { locked: { type: 'path', path: '/n' }, original: { type: 'path' } },
          n_2: { locked: { type: 'path', path: '/n' }, original: { type: 'path' } },
        },
      ),
    ],
    ['whose name nothing can follow', lock({ a: 'a', 'n.p': 'n' }, { a: A, n: NIXPKGS, n_2: NIXPKGS })],
    [
      'under a name that cannot be seen',
      lock({ 'a\u202e': 'a', n: 'n' }, { a: A, n: NIXPKGS, n_2: NIXPKGS }),
    ],
    ['under a name with a line break', lock({ 'a\nb': 'a', n: 'n' }, { a: A, n: NIXPKGS, n_2: NIXPKGS })],
  ])('%s', (_, after) => {
    expect(advice([updateTo(after)])).toEqual([])
  })
})

describe('of several inputs of one repository', () => {
  const shared = (root: object, ref: string) => {
    const nodes = {
      ...{ a: A, stable: github('NixOS/nixpkgs/nixos-25.11', '2'), n: NIXPKGS },
      n_2: github(`NixOS/nixpkgs${ref}`, '3'),
    }
    return lines(lock({ a: 'a', ...root }, nodes))
  }

  test.each([
    ['the one of the same branch is followed', { nixpkgs: 'n', stable: 'stable' }, '/nixos-25.11', 'stable'],
    [
      'the one of the same name is followed, else',
      { alpha: 'stable', nixpkgs: 'n' },
      '/nixos-24.05',
      'nixpkgs',
    ],
    ['the first is followed, else', { beta: 'stable', alpha: 'n' }, '', 'alpha'],
  ])('%s', (...[, root, ref, followed]) => {
    expect(shared(root, ref)).toEqual([`inputs.a.inputs.nixpkgs.follows = "${followed}";`])
  })
})

test('what is below an input that will be shared is not mentioned', () => {
  const nodes = {
    ...{ s: github('nix-systems/default', '1'), s_2: github('nix-systems/default', '2') },
    ...{ u: github('numtide/flake-utils', '1', { inputs: { systems: ['systems'] } }) },
    ...{ u_2: github('numtide/flake-utils', '2', { inputs: { systems: 's_2' } }) },
    a: github('o/a', '1', { inputs: { u: 'u_2' } }),
  }
  expect(lines(lock({ a: 'a', u: 'u', systems: 's' }, nodes))).toEqual(['inputs.a.inputs.u.follows = "u";'])
})

test('a name that is no identifier is quoted', () => {
  const after = lock({ '1 ${x} "y"': 'a', n: 'n' }, { a: A, n: NIXPKGS, n_2: NIXPKGS })
  expect(lines(after)).toEqual(['inputs."1 \\${x} \\"y\\"".inputs.nixpkgs.follows = "n";'])
})

test('nobody pastes a hundred lines', () => {
  const many = Array.from({ length: 100 }, (_, at) => `a${at}`)
  const nodes = many.flatMap((name) => [
    [name, github('o/a', '1', { inputs: { nixpkgs: `${name}n` } })] as const,
    [`${name}n`, NIXPKGS] as const,
  ])
  const root = Object.fromEntries(many.map((name) => [name, name]))
  const [first] = advice([updateTo(lock({ ...root, n: 'n' }, { ...Object.fromEntries(nodes), n: NIXPKGS }))])
  expect(first?.lines).toHaveLength(30)
  expect(first?.words).toBe(
    "The lock has NixOS/nixpkgs 101 times. The first 30 of 100 lines in flake.nix make inputs share this flake's own.",
  )
})
