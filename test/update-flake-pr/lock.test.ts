import { describe, expect, test } from '@jest/globals'
import { parseLock, rootInputs } from '../../actions/update-flake-pr/lock.ts'
import { github, lock, lockText, narHash, NEW_YEAR, rev, summaryOf } from './locks.ts'

test('a lock of version 7', () => {
  const { version, inputs } = lock(
    { nixpkgs: 'nixpkgs', source: 'source' },
    { nixpkgs: github('NixOS/nixpkgs/nixos-unstable', '1'), source: github('o/r', '2', { flake: false }) },
  )
  expect(version).toBe(7)
  expect(inputs.get('nixpkgs')).toMatchObject({
    ...{ path: 'nixpkgs', follows: undefined, isFlake: true },
    locked: { type: 'github', owner: 'NixOS', rev: rev('1'), narHash: narHash('1'), lastModified: NEW_YEAR },
    original: { type: 'github', repo: 'nixpkgs', ref: 'nixos-unstable', rev: undefined },
  })
  expect(inputs.get('source')).toMatchObject({ isFlake: false })
})

test('a lock of version 6, where what is followed is the same node', () => {
  const read = lock(
    { 'home-manager': 'home-manager', nixpkgs: 'nixpkgs' },
    {
      'home-manager': github('nix-community/home-manager', '1', { inputs: { nixpkgs: 'nixpkgs' } }),
      nixpkgs: github('NixOS/nixpkgs', '2'),
    },
    { version: 6 },
  )
  expect(read.version).toBe(6)
  expect(summaryOf(read)).toEqual([
    'home-manager: home-manager 1',
    'nixpkgs: nixpkgs 2',
    "home-manager/nixpkgs: follows 'nixpkgs', nixpkgs 2",
  ])
})

test('a lock of version 5 has a part of what is locked in a sibling', () => {
  const { locked, original } = github('NixOS/nixpkgs', '1')
  const info = { lastModified: 1_587_398_327, narHash: narHash('5') }
  const nodes = { nixpkgs: { inputs: {}, info, locked, original } }
  expect(lock({ nixpkgs: 'nixpkgs' }, nodes, { version: 5 }).inputs.get('nixpkgs')?.locked).toMatchObject({
    ...{ rev: rev('1'), ...info },
  })
})

test('the root may have any label', () => {
  const nodes = { it: { inputs: { a: 'root' } }, root: github('o/a', '1') }
  expect(summaryOf(parseLock(JSON.stringify({ nodes, root: 'it', version: 7 }), 'flake.lock'))).toEqual([
    'a: a 1',
  ])
})

test('what lies in the same repository has a path and a parent, and is locked with it', () => {
  const here = {
    locked: { path: './sub', type: 'path' },
    original: { path: './sub', type: 'path' },
    parent: ['a'],
  }
  const read = lock({ a: 'a' }, { a: github('o/a', '1', { inputs: { sub: 'sub' } }), sub: here })
  expect(read.inputs.get('a/sub')?.locked).toMatchObject({ type: 'path', path: './sub', rev: undefined })
})

test('the inputs of the flake itself are those with one name', () => {
  const read = lock(
    { a: 'a', 'b/c': 'b', d: ['a', 'x'] },
    { a: github('o/a', '1', { inputs: { x: 'x' } }), b: github('o/b', '2'), x: github('o/x', '3') },
  )
  expect(rootInputs(read).map(({ path }) => path)).toEqual(['a', '"b/c"', 'd'])
})

describe('no lock', () => {
  test.each([
    ['nothing', '', 'nix/flake.lock is empty.'],
    ['blanks', ' \n\n', 'nix/flake.lock is empty.'],
    ['half of one', '{"nodes": {', /^nix\/flake\.lock is no JSON: /],
    ['a list', '[]', 'nix/flake.lock is no lock of a flake: it holds no object.'],
    ['null', 'null', 'nix/flake.lock is no lock of a flake: it holds no object.'],
    ['something else', '{}', 'nix/flake.lock is no lock of a flake: it says no version.'],
    ['a version in words', '{"version":"7"}', 'nix/flake.lock is no lock of a flake: it says no version.'],
    ['a version and a half', '{"version":6.5}', 'nix/flake.lock is no lock of a flake: it says no version.'],
    ['an old version', '{"version":4}', 'nix/flake.lock is of version 4, and nix-vps reads 5 to 7.'],
    ['no nodes', '{"version":7,"root":"top"}', "nix/flake.lock has no node 'top', which should be its root."],
    ['no root', '{"version":7,"nodes":{}}', "nix/flake.lock has no node '', which should be its root."],
    [
      'a root that every object has',
      '{"version":7,"nodes":{},"root":"constructor"}',
      "nix/flake.lock has no node 'constructor', which should be its root.",
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseLock(text, 'nix/flake.lock')).toThrow(message)
    expect(() => parseLock(text, 'nix/flake.lock')).toThrow(
      expect.objectContaining({ name: 'ActionError', hint: "'nix flake lock' writes it anew." }),
    )
  })

  test('a lock of the future', () => {
    expect(() => parseLock(lockText({}, {}, { version: 8 }), 'flake.lock')).toThrow(
      expect.objectContaining({
        message: 'flake.lock is of version 8, and nix-vps reads 5 to 7.',
        hint: 'A newer Nix has written it: is there a newer nix-vps as well?',
      }),
    )
  })

  test.each(['<<<<<<< HEAD\n"a"\n=======\n"b"\n>>>>>>> main\n', '{\n>>>>>>> 1234567 (update)\n}'])(
    'a merge that was not finished: %j',
    (text) => {
      expect(() => parseLock(text, 'flake.lock')).toThrow(
        expect.objectContaining({
          message: 'flake.lock has conflict markers of git in it: a merge was not finished.',
          hint: "Take it from one of the two branches; 'nix flake lock' writes it anew.",
        }),
      )
    },
  )
})
