import { expect, test } from '@jest/globals'
import { placeOf, revisionUrl } from '../../actions/update-flake-pr/links.ts'
import { reference, rev } from './locks.ts'

const GITHUB = 'https://github.com'
const A = rev('a')

test.each([
  ['https://github.com/o/r', 'github https://github.com/o/r'],
  ['https://GitHub.com/o/r.git/', 'github https://github.com/o/r'],
  ['https://token@github.com/o/r?ref=x#y', 'github https://github.com/o/r'],
  ['http://github.com/o/r', 'github https://github.com/o/r'],
  ['git://github.com/o/r', 'github https://github.com/o/r'],
  ['ssh://git@github.com/o/r.git', 'github https://github.com/o/r'],
  ['ssh://git@github.com:22/o/r.git', 'github https://github.com/o/r'],
  ['git@github.com:o/r.git', 'github https://github.com/o/r'],
  ['github.com:/o/r', 'github https://github.com/o/r'],
  ['https://gitlab.com/a/b/c/r.git', 'gitlab https://gitlab.com/a/b/c/r'],
  ['https://git.sr.ht/~o/r', 'sourcehut https://git.sr.ht/~o/r'],
  ['https://github.com/o', undefined],
  ['https://github.com/a/b/c', undefined],
  ['https://gitlab.com/r', undefined],
  ['https://git.example.org/o/r', undefined],
  ['https://github.com:8443/o/r', undefined],
  ['https://github.com.example.org/o/r', undefined],
  ['file:///github.com/o/r', undefined],
  ['/srv/git/r', undefined],
  ['', undefined],
])('git at %j is %s', (url, expected) => {
  const place = placeOf(reference({ type: 'git', url }), GITHUB)
  expect(place && `${place.forge} ${place.web}`).toBe(expected)
})

test.each([
  [
    `https://git.lix.systems/lix-project/lix/archive/${A}.tar.gz`,
    'forgejo https://git.lix.systems/lix-project/lix',
  ],
  [
    `https://git.lix.systems/api/v1/repos/lix-project/lix/archive/${A}.tar.gz?rev=${A}`,
    'forgejo https://git.lix.systems/lix-project/lix',
  ],
  ['https://forge.example.org:3000/o/r/archive/main.tar.gz', 'forgejo https://forge.example.org:3000/o/r'],
  ['https://forge.example.org/o/r/archive/v1.0.zip', 'forgejo https://forge.example.org/o/r'],
  [`https://github.com/o/r/archive/${A}.tar.gz`, 'github https://github.com/o/r'],
  [`https://git.sr.ht/~o/r/archive/${A}.tar.gz`, 'sourcehut https://git.sr.ht/~o/r'],
  [`https://gitlab.com/g/s/r/-/archive/${A}/r-${A}.tar.gz`, 'gitlab https://gitlab.com/g/s/r'],
  [`https://gitlab.example.org/o/r/-/archive/${A}/r-${A}.tar.gz`, undefined],
  ['https://flakehub.com/f/o/r/*.tar.gz', 'flakehub https://flakehub.com/flake/o/r'],
  ['https://flakehub.com/f/NixOS/nixpkgs/0.1', 'github https://github.com/NixOS/nixpkgs'],
  ['https://flakehub.com/f/o/r', 'flakehub https://flakehub.com/flake/o/r'],
  ['https://flakehub.com/f/o', undefined],
  ['https://flakehub.com/f/NixOS/nixpkgs/0.1.*.tar.gz', 'github https://github.com/NixOS/nixpkgs'],
  [
    'https://api.flakehub.com/f/pinned/DeterminateSystems/nixpkgs-weekly/0.1.9/018f/source.tar.gz',
    'github https://github.com/NixOS/nixpkgs',
  ],
  ['https://example.org/f/NixOS/nixpkgs/0.1.*.tar.gz', undefined],
  ['https://channels.nixos.org/nixos-unstable/nixexprs.tar.xz', 'github https://github.com/NixOS/nixpkgs'],
  ['https://nixos.org/channels/nixos-unstable/nixexprs.tar.xz', 'github https://github.com/NixOS/nixpkgs'],
  [
    'https://releases.nixos.org/nixos/25.11/nixos-25.11.1/nixexprs.tar.xz',
    'github https://github.com/NixOS/nixpkgs',
  ],
  [
    'https://releases.nixos.org/nixpkgs/nixpkgs-26.05pre1/nixexprs.tar.xz',
    'github https://github.com/NixOS/nixpkgs',
  ],
  ['https://releases.nixos.org/nix/nix-2.30.0/nix-2.30.0.tar.xz', undefined],
  ['https://example.org/nixos-unstable/nixexprs.tar.xz', undefined],
  ['https://example.org/a/b/c/archive/x.tar.gz', undefined],
  ['ftp://forge.example.org/o/r/archive/x.tar.gz', undefined],
  ['nowhere', undefined],
])('the tarball %s is %s', (url, expected) => {
  const place = placeOf(reference({ type: 'tarball', url }), GITHUB)
  expect(place && `${place.forge} ${place.web}`).toBe(expected)
})

test.each([
  ['of this machine', { type: 'path', path: '/o/r' }],
  ['of a registry', { type: 'indirect', id: 'nixpkgs' }],
  ['of Mercurial', { type: 'hg', url: 'https://github.com/o/r' }],
  ['of a file', { type: 'file', url: 'https://github.com/o/r/archive/x.tar.gz' }],
  ['of a type that every object has', { type: 'constructor', owner: 'o', repo: 'r' }],
  ['without a name', { type: 'github' }],
])('what is %s has no page', (_, attributes) => {
  expect(placeOf(reference({ ...attributes }), GITHUB)).toBeUndefined()
  expect(revisionUrl(reference({ ...attributes, rev: A }), GITHUB)).toBeUndefined()
})
