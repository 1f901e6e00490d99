import { describe, expect, test } from '@jest/globals'
import { isSameSource, referenceIn, revisionOf, shortOf } from '../../actions/update-flake-pr/reference.ts'
import { narHash, reference, rev } from './locks.ts'

describe('a reference', () => {
  test('has what it is known to have, and nothing else', () => {
    const known = {
      owner: 'o',
      repo: 'r',
      host: 'h',
      url: 'u',
      path: 'p',
      id: 'i',
      dir: 'd',
      ref: 'f',
      rev: 'v',
    }
    const all = { type: 'git', ...known, narHash: 'n', lastModified: 1, revCount: 2 }
    expect(referenceIn({ ...all, treeHash: 'x', __final: true })).toEqual(all)
  })

  test('has no attribute of another type than expected', () => {
    expect(
      referenceIn({ type: 'git', url: 7, rev: null, ref: '', lastModified: '1', revCount: NaN }),
    ).toEqual({
      type: 'git',
    })
  })

  test('knows which attributes of git are true', () => {
    const attributes = { submodules: true, shallow: true, lfs: false, exportIgnore: 1, anything: true }
    expect(reference({ type: 'git', ...attributes }).flags).toEqual(['shallow', 'submodules'])
  })

  test.each([undefined, null, 'github:o/r', [], {}, { owner: 'o' }, { type: 7 }, { type: '' }])(
    'is not %j',
    (value) => {
      expect(referenceIn(value)).toBeUndefined()
    },
  )
})

test('the revision is the rev, else the hash, else unknown', () => {
  expect(revisionOf(reference({ type: 'github', rev: rev('1'), narHash: narHash('2') }))).toBe(rev('1'))
  expect(revisionOf(reference({ type: 'tarball', narHash: narHash('2') }))).toBe(narHash('2'))
  expect(revisionOf(reference({ type: 'path', path: './sub' }))).toBeUndefined()
})

test.each([
  [
    { type: 'github', owner: 'NixOS', repo: 'nixpkgs', ref: 'nixos-unstable' },
    'github:NixOS/nixpkgs/nixos-unstable',
  ],
  [{ type: 'github', owner: 'NixOS', repo: 'nixpkgs' }, 'github:NixOS/nixpkgs'],
  [{ type: 'github', owner: 'NixOS', repo: 'nixpkgs', rev: rev('1') }, 'github:NixOS/nixpkgs/11111111'],
  [{ type: 'gitlab', owner: 'o', repo: 'r', host: 'h.org', dir: 'sub' }, 'gitlab:o/r?host=h.org&dir=sub'],
  [{ type: 'sourcehut', owner: '~o' }, 'sourcehut:~o'],
  [{ type: 'git', url: 'https://h.org/r', ref: 'main', rev: rev('1') }, 'git+https://h.org/r?ref=main'],
  [
    { type: 'git', url: 'ssh://git@h.org/r', rev: rev('1'), dir: 'sub' },
    'git+ssh://git@h.org/r?rev=11111111&dir=sub',
  ],
  [{ type: 'git', url: 'https://user:secret@h.org/r?token=secret' }, 'git+https://h.org/r'],
  [{ type: 'hg', url: 'https://h.org/r' }, 'hg+https://h.org/r'],
  [{ type: 'tarball', url: 'https://h.org/r.tar.gz?key=secret', rev: rev('1') }, 'https://h.org/r.tar.gz'],
  [{ type: 'file', url: 'http://secret@h.org/r#secret' }, 'http://h.org/r'],
  [{ type: 'path', path: './sub' }, 'path:./sub'],
  [{ type: 'path' }, 'path:'],
  [{ type: 'indirect', id: 'nixpkgs' }, 'flake:nixpkgs'],
  [{ type: 'indirect', id: 'nixpkgs', ref: 'nixos-25.11' }, 'flake:nixpkgs/nixos-25.11'],
  [{ type: 'of-tomorrow', id: 'x' }, 'of-tomorrow:'],
])('%j is %s for people', (attributes, words) => {
  expect(shortOf(reference(attributes))).toBe(words)
})

describe('the same source', () => {
  const GITHUB = { type: 'github', owner: 'NixOS', repo: 'nixpkgs' }
  const GIT = { type: 'git', url: 'https://h.org/r' }

  test.each([
    ['another ref and rev', GITHUB, { ref: 'main', rev: rev('1'), dir: 'x' }],
    ['the usual host', GITHUB, { host: 'GitHub.com' }],
    ['another case', GITHUB, { owner: 'nixos', repo: 'NixPkgs' }],
    ['no name at all', { type: 'github' }, {}],
    ['another rev', GIT, { ref: 'main', rev: rev('1') }],
  ])('is one with %s', (_, attributes, more) => {
    expect(isSameSource(reference(attributes), reference({ ...attributes, ...more }))).toBe(true)
  })

  test.each([
    ['type', GITHUB, { type: 'gitlab' }],
    ['host', GITHUB, { host: 'h.org' }],
    ['owner', GITHUB, { owner: 'Nix0S' }],
    ['repository', GITHUB, { repo: 'nixpkgs-2' }],
    ['owner, or none,', GITHUB, { owner: undefined }],
    ['address', GIT, { url: 'https://h.org/R' }],
    ['path', { type: 'path', path: './a' }, { path: './b' }],
    ['name in the registry', { type: 'indirect', id: 'nixpkgs' }, { id: 'nix' }],
  ])('is not one of another %s', (_, attributes, more) => {
    expect(isSameSource(reference(attributes), reference({ ...attributes, ...more }))).toBe(false)
  })
})
