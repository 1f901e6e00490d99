import { describe, expect, test } from '@jest/globals'
import { tokensIn } from '../../actions/update-flake-pr/accesstokens.ts'
import { isBranchName } from '../../actions/update-flake-pr/branchname.ts'
import { isGlob, matches, matchesAny } from '../../actions/update-flake-pr/glob.ts'

describe('a branch', () => {
  test.each(['main', 'update-flake-lock', 'bot/flake_lock/1.2', 'ä', 'a@b', 'x'.repeat(244)])(
    '%s is one',
    (name) => {
      expect(isBranchName(name)).toBe(true)
    },
  )

  test.each([
    ...['', '@', 'HEAD', 'refs/heads/x', 'a..b', 'a@{1}', 'a//b', '/a', 'a/', '.a', 'a/.b', 'a.', '-a'],
    ...['a b', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[b', 'a\\b', 'a\nb', 'a\u007fb', 'a.lock', 'a.lock/b'],
    'x'.repeat(245),
  ])('%j is none', (name) => {
    expect(isBranchName(name)).toBe(false)
  })
})

describe('a glob', () => {
  test.each([
    ['nixpkgs', 'nixpkgs', true],
    ['nixpkgs', 'nixpkgs-unstable', false],
    ['nixpkgs*', 'nixpkgs', true],
    ['*-nix', 'sops-nix', true],
    ['*', 'anything', true],
    ['d?sko', 'disko', true],
    ['d?sko', 'dsko', false],
  ])('%s and %s: %j', (glob, name, is) => {
    expect(matches(glob, name)).toBe(is)
  })

  test('of several matches by any', () => {
    expect(matchesAny(['a', 'b*'], 'bc')).toBe(true)
    expect(matchesAny([], 'bc')).toBe(false)
  })

  test.each(['nix*', 'a_b-C1?', 'foo.nvim'])('%s is one', (text) => {
    expect(isGlob(text)).toBe(true)
  })

  test.each(['', 'a/b', '[ab]', '{a,b}', '!a'])('%j is none', (text) => {
    expect(isGlob(text)).toBe(false)
  })
})

test('whatever may be a token is masked, and no host', () => {
  const text = 'github.com=ghp_one\n\ngitlab.com = PAT:two\r\nthree'
  expect(tokensIn(text)).toEqual(['ghp_one', 'PAT:two', 'two', 'three'])
})
