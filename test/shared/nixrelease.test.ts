import { expect, test } from '@jest/globals'
import { layoutOf, pinnedRelease } from '../../actions/shared/nixrelease.ts'

test.each([
  ['x64', 'x86_64-linux'],
  ['arm64', 'aarch64-linux'],
])('a release is pinned for %s', (arch, system) => {
  const { url, sha256 } = pinnedRelease(arch) ?? {}
  expect(url).toMatch(
    new RegExp(`^https://releases\\.nixos\\.org/nix/nix-2\\..*/nix-2\\..*-${system}\\.tar\\.xz$`),
  )
  expect(sha256).toMatch(/^[0-9a-f]{64}$/)
})

test('none is pinned for other architectures', () => {
  expect(pinnedRelease('riscv64')).toBeUndefined()
})

const FILES = [
  'a-gcc-14.3.0-lib/lib/libstdc++.so.6.0.33',
  'a-gcc-14.3.0-lib/lib64/libgcc_s.so.1',
  'b-glibc-2.40-66-bin/bin/getent',
  'b-glibc-2.40-66/lib/LOADER',
  'b-glibc-2.40-66/lib/libc.so.6',
  'c-nix-store-2.34.7/lib/libnixstore.so.2.34.7',
  'c-nix-manual-2.34.7/bin/nix-manual',
  'd-nix-2.34.7/bin/nix',
  'e-nss-cacert-3.117/etc/ssl/certs/ca-bundle.crt',
]

test.each(['ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'])('where everything is, with %s', (loader) => {
  expect(layoutOf(FILES.map((file) => file.replace('LOADER', loader)))).toEqual({
    nix: 'd-nix-2.34.7/bin/nix',
    loader: `b-glibc-2.40-66/lib/${loader}`,
    libraries: [
      'a-gcc-14.3.0-lib/lib',
      'a-gcc-14.3.0-lib/lib64',
      'b-glibc-2.40-66/lib',
      'c-nix-store-2.34.7/lib',
    ],
    certificates: 'e-nss-cacert-3.117/etc/ssl/certs/ca-bundle.crt',
  })
})

test.each([
  ['Nix', FILES.filter((file) => !file.endsWith('/bin/nix'))],
  ['a loader', FILES],
])('what lacks %s is no release', (_, files) => {
  expect(layoutOf(files)).toBeUndefined()
})
