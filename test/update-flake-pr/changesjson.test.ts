import { expect, test } from '@jest/globals'
import { changesJson } from '../../actions/update-flake-pr/changesjson.ts'
import {
  added,
  flake,
  follower,
  historiesOf,
  history,
  input,
  NEW,
  OLD,
  removed,
  updated,
} from './bodyscene.ts'

const GITHUB = 'https://github.com'
const URL = `https://github.com/NixOS/nixpkgs/compare/${OLD}...${NEW}`

test('other steps are told what changes, and what nobody knows is null', () => {
  const historyOf = historiesOf({
    nixpkgs: history(['a'], { relation: 'diverged', total: 12 }),
    dead: { problem: 'no' },
    long: history(['a'], { total: undefined }),
  })
  const nothing = { ...input('bare'), locked: undefined }
  const here = flake([
    updated('nixpkgs'),
    updated('long'),
    updated('dead', { type: 'git', url: 'https://a.example' }),
  ])
  const changes = [added('bare', nothing), added('f', follower('f', 'a')), removed('a/b')]
  const there = flake(changes, { flake: 'nix' })
  const { json, omitted } = changesJson([here, there], historyOf, GITHUB)
  const none = { url: null, commits: null, risks: [] }
  const moved = { flake: '.', kind: 'updated', from: OLD, to: NEW }
  expect(JSON.parse(json)).toEqual([
    { ...moved, path: 'nixpkgs', url: URL, commits: 12, risks: ['rewritten'] },
    { ...moved, path: 'long', url: URL, commits: null, risks: [] },
    { ...moved, path: 'dead', ...none },
    { flake: 'nix', path: 'bare', kind: 'added', from: null, to: null, ...none },
    { flake: 'nix', path: 'f', kind: 'added', from: null, to: NEW, ...none },
    { flake: 'nix', path: 'a/b', kind: 'removed', from: NEW, to: null, ...none },
  ])
  expect(omitted).toBe(0)
})

test('changes without a rev are told by their hash', () => {
  const to = input('t', { rev: undefined, narHash: 'sha256-x' })
  expect(JSON.parse(changesJson([flake([added('t', to)])], () => undefined, GITHUB).json)).toMatchObject([
    { to: 'sha256-x' },
  ])
})

test('what is too long for an output is counted', () => {
  const changes = Array.from({ length: 2_000 }, (_, at) => updated(`input-${at}`))
  const { json, omitted } = changesJson([flake(changes)], () => undefined, GITHUB)
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(100_000)
  expect(JSON.parse(json)).toHaveLength(2_000 - omitted)
})
