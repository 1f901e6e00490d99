import { describe, expect, test } from '@jest/globals'
import { digestOf, proposedIn, type Wanted } from '../../actions/update-flake-pr/digest.ts'
import type { Change, FlakeUpdate } from '../../actions/update-flake-pr/facts.ts'
import { added, flake, follower, input, NEW, OLD, removed, updated } from './bodyscene.ts'

const WORDS = [{ input: 'a', words: 'for 3 days' }]
const FLAKE = flake([updated('nixpkgs')], {
  failed: WORDS,
  heldBack: WORDS,
  cooled: WORDS,
  suppressed: WORDS,
})
const BLOBS = [
  { path: 'flake.lock', sha: '1' },
  { path: 'flake.nix', sha: '2' },
]
const WANTED: Wanted = { title: 'title', message: 'message', updates: [FLAKE], blobs: BLOBS }

function withFlake(fields: Partial<FlakeUpdate>): Partial<Wanted> {
  return { updates: [{ ...FLAKE, ...fields }] }
}

function withChange(fields: Partial<Change>): Partial<Wanted> {
  return withFlake({ changes: [{ ...updated('nixpkgs'), ...fields }] })
}

describe('the digest', () => {
  test('is 64 hex digits', () => {
    expect(digestOf(WANTED)).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each<[string, Partial<Wanted>]>([
    ['words', withFlake({ failed: [{ input: 'a', words: 'for 4 days' }] })],
    ['the order of what the base has', { blobs: BLOBS.toReversed() }],
    ['risks, which time may bring', withChange({ risks: ['downgrade'] })],
    ['how the lock is written', withFlake({ afterText: '{}', beforeText: '{ }' })],
  ])('does not depend on %s', (_, other) => {
    expect(digestOf({ ...WANTED, ...other })).toBe(digestOf(WANTED))
  })

  test.each<[string, Partial<Wanted>]>([
    ['the title', { title: 'other' }],
    ['the message', { message: 'other' }],
    ['where title and message part', { title: 'titlemes', message: 'sage' }],
    ['a file of the base', { blobs: [{ path: 'flake.lock', sha: '3' }] }],
    ['the directory', withFlake({ flake: 'nix' })],
    ['the number of flakes', { updates: [FLAKE, FLAKE] }],
    ['a path', withChange({ path: 'other' })],
    ['a kind', withChange({ kind: 'retargeted' })],
    ['the old revision', withChange({ from: input('nixpkgs', { rev: 'c'.repeat(40) }) })],
    ['the new revision', withChange({ to: input('nixpkgs', { rev: 'c'.repeat(40) }) })],
    ['a hash', withChange({ to: input('nixpkgs', { narHash: 'sha256-x' }) })],
    ['what it follows', withChange({ to: follower('nixpkgs', 'a') })],
    ['that it follows the flake itself', withChange({ to: follower('nixpkgs', '') })],
    ['that nothing is locked', withChange({ to: { ...input('nixpkgs'), locked: undefined } })],
    ['a removal', withChange({ to: undefined })],
    ['one more change', withFlake({ changes: [updated('nixpkgs'), added('b')] })],
    ['who failed', withFlake({ failed: [] })],
    ['who was held back', withFlake({ heldBack: [] })],
    ['who waits', withFlake({ cooled: [] })],
    ['who was said no to', withFlake({ suppressed: [{ input: 'b', words: '' }] })],
    ['why an input is missing', withFlake({ failed: [], cooled: [...WORDS, ...WORDS] })],
  ])('depends on %s', (_, other) => {
    expect(digestOf({ ...WANTED, ...other })).not.toBe(digestOf(WANTED))
  })

  test('does not depend on the order in which inputs failed', () => {
    const two = [...WORDS, { input: 'b', words: '' }]
    const other = two.toReversed()
    expect(digestOf({ ...WANTED, ...withFlake({ failed: two }) })).toBe(
      digestOf({ ...WANTED, ...withFlake({ failed: other }) }),
    )
  })
})

test('root inputs are proposed at the revisions that they move to', () => {
  const path = { ...input('tree', { rev: undefined }), locked: undefined }
  const changes = [
    updated('nixpkgs'),
    { ...updated('moved'), kind: 'retargeted' as const },
    added('tarball', input('tarball', { rev: undefined, narHash: 'sha256-x' })),
    updated('a/b'),
    removed('gone'),
    added('follower', follower('follower', 'nixpkgs')),
    added('tree', path),
    added('bare', input('bare', { rev: undefined })),
  ]
  expect(proposedIn([flake(changes), flake([updated('nixpkgs', { rev: OLD })], { flake: 'nix' })])).toEqual([
    { flake: '.', input: 'nixpkgs', rev: NEW },
    { flake: '.', input: 'moved', rev: NEW },
    { flake: '.', input: 'tarball', rev: 'sha256-x' },
    { flake: 'nix', input: 'nixpkgs', rev: OLD },
  ])
})
