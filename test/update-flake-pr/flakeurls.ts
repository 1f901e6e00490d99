/** Flake references as a lock has them, and as URLs; what Nix makes of the URLs is tested with a real one. */
import { narHash, rev } from './locks.ts'

const A = rev('a')
const LONG = 'a'.repeat(64)
const HASH = 'sha256-mR4z904NSv+lxX2t+WmwS1FOpSgpy1/iipJZNbbvuCI='
const HASH_IN_URL = 'sha256-mR4z904NSv%2BlxX2t%2BWmwS1FOpSgpy1/iipJZNbbvuCI%3D'

type Row = readonly [attributes: Readonly<Record<string, unknown>>, rev: string, url: string]

/** What an input is to be pinned to. */
export const PINNED: readonly Row[] = [
  [{ type: 'github', owner: 'NixOS', repo: 'nixpkgs' }, A, `github:NixOS/nixpkgs/${A}`],
  [
    { type: 'github', owner: 'o', repo: 'r.x', host: 'git.example.org', dir: 'a b/c&d="e"#f' },
    A,
    `github:o/r.x/${A}?host=git.example.org&dir=a%20b/c%26d%3D%22e%22%23f`,
  ],
  [{ type: 'gitlab', owner: 'group%2Fsub', repo: 'r' }, A, `gitlab:group%252Fsub/r/${A}`],
  [{ type: 'sourcehut', owner: '~o', repo: 'r' }, A, `sourcehut:~o/r/${A}`],
  [{ type: 'git', url: 'https://h.org/o/r.git' }, A, `git+https://h.org/o/r.git?rev=${A}`],
  [
    { type: 'git', url: 'https://h.org/r', ref: "x&y=z'", dir: 'é/%', shallow: true, submodules: true },
    A,
    `git+https://h.org/r?ref=x%26y%3Dz'&rev=${A}&dir=%C3%A9/%25&shallow=1&submodules=1`,
  ],
  [
    {
      type: 'git',
      url: 'ssh://git@h.org:22/a%20b',
      ref: 'refs/heads/main',
      allRefs: true,
      exportIgnore: true,
    },
    LONG,
    `git+ssh://git@h.org:22/a%20b?ref=refs/heads/main&rev=${LONG}&allRefs=1&exportIgnore=1`,
  ],
  [{ type: 'git', url: 'file:///srv/r' }, A, `git+file:///srv/r?rev=${A}`],
  [{ type: 'hg', url: 'https://h.org/r', ref: 'default' }, A, `hg+https://h.org/r?ref=default&rev=${A}`],
]

/** What is locked. */
export const LOCKED: readonly Row[] = [
  [
    { type: 'github', owner: 'o', repo: 'r', rev: A, narHash: HASH, lastModified: 5, dir: 'd' },
    A,
    `github:o/r/${A}?dir=d`,
  ],
  [
    { type: 'git', url: 'https://h.org/r', ref: 'refs/heads/main', rev: A, revCount: 3, narHash: HASH },
    A,
    `git+https://h.org/r?ref=refs/heads/main&rev=${A}`,
  ],
  [
    { type: 'tarball', url: 'https://h.org/r-1%2B2.tar.gz', narHash: HASH, lastModified: 5 },
    '',
    `tarball+https://h.org/r-1%2B2.tar.gz?narHash=${HASH_IN_URL}`,
  ],
  [
    { type: 'tarball', url: `https://h.org/r?x=y&rev=${A}`, narHash: HASH, rev: A, dir: 'a/b' },
    A,
    `tarball+https://h.org/r?x=y&rev=${A}&narHash=${HASH_IN_URL}&dir=a/b`,
  ],
  [
    { type: 'file', url: 'https://h.org/r', narHash: HASH },
    '',
    `file+https://h.org/r?narHash=${HASH_IN_URL}`,
  ],
  [
    { type: 'path', path: '/srv/a b?c', narHash: HASH, lastModified: 5 },
    '',
    `path:/srv/a%20b%3Fc?narHash=${HASH_IN_URL}&lastModified=5`,
  ],
  [{ type: 'path', path: '/srv/r', narHash: HASH, dir: 'd' }, '', `path:/srv/r?narHash=${HASH_IN_URL}&dir=d`],
]

/** No URL would be this input, and nothing else. */
export const UNPINNABLE: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['a tarball', { type: 'tarball', url: 'https://h.org/r.tar.gz' }],
  ['a file', { type: 'file', url: 'https://h.org/r' }],
  ['a path', { type: 'path', path: '/srv/r' }],
  ['a name of the registry', { type: 'indirect', id: 'nixpkgs' }],
  ['a type that every object has', { type: 'constructor', owner: 'o', repo: 'r' }],
  ['nobody', { type: 'github', repo: 'r' }],
  ['no repository', { type: 'github', owner: 'o' }],
  ['an owner with more to it', { type: 'github', owner: 'o?x', repo: 'r' }],
  ['an owner with a space', { type: 'github', owner: 'o p', repo: 'r' }],
  ['a repository below another', { type: 'github', owner: 'o', repo: 'r/s' }],
  ['a host with a port', { type: 'github', owner: 'o', repo: 'r', host: 'h.org:8443' }],
  ['a host with a path', { type: 'github', owner: 'o', repo: 'r', host: 'h.org/x' }],
  ['no address', { type: 'git' }],
  ['a path of git', { type: 'git', url: '/srv/r' }],
  ['an address of scp', { type: 'git', url: 'git@h.org:r' }],
  ['an address with a fragment', { type: 'git', url: 'https://h.org/r#x' }],
  ['an address with a space', { type: 'git', url: 'https://h.org/r x' }],
  ['an address with a line break', { type: 'git', url: 'https://h.org/r\n' }],
  ['what has to be verified', { type: 'git', url: 'https://h.org/r', verifyCommit: true }],
]

export const UNLOCKABLE: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['what has no rev', { type: 'github', owner: 'o', repo: 'r' }],
  ['what has a rev that Nix takes for a ref', { type: 'github', owner: 'o', repo: 'r', rev: LONG }],
  ['a tree with changes', { type: 'git', url: 'https://h.org/r', rev: `${A}-dirty` }],
  ['a tarball without a hash', { type: 'tarball', url: 'https://h.org/r.tar.gz', rev: A }],
  ['a tarball without an address', { type: 'tarball', narHash: narHash('1') }],
  ['a path without a hash', { type: 'path', path: '/srv/r' }],
  ['a relative path', { type: 'path', path: './sub', narHash: narHash('1') }],
  ['no path', { type: 'path', narHash: narHash('1') }],
]
