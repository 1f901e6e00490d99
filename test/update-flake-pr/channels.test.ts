import { expect, test } from '@jest/globals'
import { releaseOf } from '../../actions/update-flake-pr/channels.ts'
import { reference } from './locks.ts'

const NIXPKGS = { type: 'github', owner: 'NixOS', repo: 'nixpkgs' }

test.each([
  ['nixos-25.05', '25.05', '31 December 2025', '2026-01-01'],
  ['nixos-25.11-small', '25.11', '30 June 2026', '2026-07-01'],
  ['nixpkgs-23.11-darwin', '23.11', '30 June 2024', '2024-07-01'],
  ['nixos-24.05-aarch64', '24.05', '31 December 2024', '2025-01-01'],
  ['nix-darwin-25.05', '25.05', '31 December 2025', '2026-01-01'],
  ['release-24.11', '24.11', '30 June 2025', '2025-07-01'],
  ['nixos-20.03', '20.03', '31 October 2020', '2020-11-01'],
  ['nixos-20.09', '20.09', '30 April 2021', '2021-05-01'],
])('%s is of %s and ends with the %s', (...[ref, name, lastDay, end]) => {
  expect(releaseOf(reference({ ...NIXPKGS, ref }))).toEqual({ name, lastDay, endS: Date.parse(end) / 1_000 })
})

test.each([
  ['home-manager', { type: 'github', owner: 'nix-community', repo: 'home-manager', ref: 'release-25.05' }],
  ['git', { type: 'git', url: 'https://github.com/NixOS/nixpkgs.git', ref: 'release-25.05' }],
  [
    'a repository with a branch that nobody else has',
    { type: 'github', owner: 'o', repo: 'r', ref: 'nixos-25.05' },
  ],
  ['a channel', { type: 'tarball', url: 'https://channels.nixos.org/nixos-25.05/nixexprs.tar.xz' }],
  [
    'a channel of old',
    { type: 'tarball', url: 'https://nixos.org/channels/nixos-25.05-small/nixexprs.tar.xz' },
  ],
])('%s has releases', (_, attributes) => {
  expect(releaseOf(reference(attributes))?.name).toBe('25.05')
})

test.each([
  ['nixos-unstable', { ...NIXPKGS, ref: 'nixos-unstable' }],
  ['no branch', NIXPKGS],
  ['a month without a release', { ...NIXPKGS, ref: 'nixos-25.06' }],
  ['something that looks alike', { ...NIXPKGS, ref: 'nixos-25.05-x' }],
  ['a part of a name', { ...NIXPKGS, ref: 'my-nixos-25.05' }],
  ["another project's release", { type: 'github', owner: 'o', repo: 'r', ref: 'release-20.05' }],
  [
    'the release of a repository nobody knows',
    { type: 'git', url: 'https://h.org/o/nixpkgs', ref: 'release-20.05' },
  ],
  ["another host's channel", { type: 'tarball', url: 'https://example.org/nixos-25.05/nixexprs.tar.xz' }],
])('%s is of no release', (_, attributes) => {
  expect(releaseOf(reference(attributes))).toBeUndefined()
})
