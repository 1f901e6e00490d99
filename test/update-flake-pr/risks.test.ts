import { describe, expect, test } from '@jest/globals'
import type { Change, History, LockedInput, Risk } from '../../actions/update-flake-pr/facts.ts'
import { risksOf, risksOfMove } from '../../actions/update-flake-pr/risks.ts'
import { reference } from './locks.ts'

const GITHUB = { type: 'github', owner: 'NixOS', repo: 'nixpkgs' }

function input(locked: object, original: object = locked): LockedInput {
  const references = { locked: reference({ ...locked }), original: reference({ ...original }) }
  return { path: 'x', follows: undefined, isFlake: true, ...references }
}

describe('the lock alone tells', () => {
  test.each<[string, object, object, Risk[]]>([
    ['nothing of what is newer', { ...GITHUB, lastModified: 1 }, { ...GITHUB, lastModified: 2 }, []],
    ['nothing of what is as old', { ...GITHUB, lastModified: 1 }, { ...GITHUB, lastModified: 1 }, []],
    ['that it is older', { ...GITHUB, lastModified: 2 }, { ...GITHUB, lastModified: 1 }, ['downgrade']],
    ['nothing without a date', { ...GITHUB, lastModified: 2 }, GITHUB, []],
    ['nothing without another date', GITHUB, { ...GITHUB, lastModified: 1 }, []],
    [
      'of no age of another repository',
      { ...GITHUB, lastModified: 2 },
      { ...GITHUB, repo: 'nix', lastModified: 1 },
      [],
    ],
    ['another owner', GITHUB, { ...GITHUB, owner: 'Nix0S' }, ['owner']],
    ['no other owner in another case', GITHUB, { ...GITHUB, owner: 'nixos' }, []],
    ['another host', GITHUB, { ...GITHUB, host: 'git.example.org' }, ['host']],
    ['another forge', GITHUB, { ...GITHUB, type: 'gitlab', owner: 'o' }, ['host', 'owner']],
    [
      'no difference between two ways to write it',
      GITHUB,
      { type: 'git', url: 'git@github.com:NixOS/nixpkgs' },
      [],
    ],
    ['that it comes from this machine', GITHUB, { type: 'path', path: '/tmp/x' }, ['host']],
    ['that it comes from a file', GITHUB, { type: 'tarball', url: 'file:///tmp/x.tar' }, ['host']],
    [
      'another owner where nobody knows the forge',
      { type: 'git', url: 'https://git.example.org/a/x' },
      { type: 'git', url: 'https://git.example.org/b/x.git' },
      ['owner'],
    ],
    [
      'nothing of the directories of tarballs',
      { type: 'tarball', url: 'https://example.org/1.0/x.tar.gz' },
      { type: 'tarball', url: 'https://example.org/1.1/x.tar.gz' },
      [],
    ],
    [
      'another host of a tarball',
      { type: 'tarball', url: 'https://example.org/1.0/x.tar.gz' },
      { type: 'tarball', url: 'https://example.com/1.0/x.tar.gz' },
      ['host'],
    ],
    ['nothing of the owner of an address that is none', { type: 'git', url: '/srv/x' }, { type: 'git' }, []],
  ])('%s', (...[, from, to, risks]) => {
    expect(risksOfMove(input(from), input(to))).toEqual(risks)
  })

  test('that a tarball is older, wherever its address has led', () => {
    const original = { type: 'tarball', url: 'https://flakehub.com/f/o/r/*.tar.gz' }
    const locked = (version: string, lastModified: number) =>
      input(
        { type: 'tarball', url: `https://api.flakehub.com/f/pinned/o/r/${version}/x/s.tar.gz`, lastModified },
        original,
      )
    expect(risksOfMove(locked('2', 2), locked('1', 1))).toEqual(['downgrade'])
  })

  test('nothing where there is nothing on one side', () => {
    const nothing = { ...input(GITHUB), locked: undefined, original: undefined }
    for (const [from, to] of [
      [undefined, input(GITHUB)],
      [input(GITHUB), undefined],
      [nothing, input(GITHUB)],
      [input(GITHUB), nothing],
    ])
      expect(risksOfMove(from, to)).toEqual([])
    expect(
      risksOfMove(
        { ...input({ ...GITHUB, lastModified: 2 }), original: undefined },
        input({ ...GITHUB, lastModified: 1 }),
      ),
    ).toEqual(['downgrade'])
  })
})

describe('the history', () => {
  const change = (risks: readonly Risk[], kind: Change['kind'] = 'updated'): Change => ({
    ...{ path: 'x', from: undefined, to: undefined, kind, risks },
  })
  const history = (relation: History['relation']): History => ({ relation, total: 1, commits: [] })

  test.each<[string, Change, ReturnType<typeof history> | { problem: string } | undefined, Risk[]]>([
    ['adds a downgrade', change([]), history('behind'), ['downgrade']],
    ['adds a rewrite', change(['host', 'owner']), history('diverged'), ['rewritten', 'host', 'owner']],
    ['finds no rewrite in another branch', change([], 'retargeted'), history('diverged'), []],
    ['knows better than dates', change(['downgrade', 'owner']), history('ahead'), ['owner']],
    [
      'takes nothing back that it does not know',
      change(['downgrade']),
      history('diverged'),
      ['downgrade', 'rewritten'],
    ],
    ['may be unknown', change(['downgrade']), history('unknown'), ['downgrade']],
    ['may not be there', change(['downgrade']), undefined, ['downgrade']],
    ['may have a problem', change(['host']), { problem: 'It is private.' }, ['host']],
  ])('%s', (...[, given, known, risks]) => {
    expect(risksOf(given, known)).toEqual(risks)
  })
})
