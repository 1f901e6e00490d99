import { describe, expect, test } from '@jest/globals'
import { parsedInputs as parsed } from './given.ts'

const complaint = (given: Readonly<Record<string, string>>): string => {
  try {
    parsed(given)
  } catch (error) {
    return String(error)
  }
  return 'none'
}

describe('the inputs', () => {
  test('with nothing but defaults', () => {
    expect(parsed()).toEqual({
      flakes: ['.'],
      selection: { include: [], exclude: [] },
      groupBy: 'none',
      token: 'ghs_secret',
      accessTokens: [],
      branch: 'update-flake-lock',
      base: undefined,
      title: 'flake.lock: update {inputs}',
      message: 'flake.lock: update {inputs}',
      labels: [],
      people: { assignees: [], reviewers: [], teamReviewers: [] },
      isDraft: false,
      signOff: false,
      cooldown: { ms: 0, exempt: [] },
      onEdited: 'keep',
      respectClosed: true,
      autoMerge: 'off',
      onInputError: 'warn',
      dispatchWorkflows: [],
      installNix: 'if-missing',
      release: undefined,
      dryRun: false,
    })
  })

  test.each([
    ['.', ['.']],
    ['./\nnix/', ['.', 'nix']],
    ['./nix//hosts/../web\n\n a b ', ['nix/web', 'a b']],
  ])('flakes %j are %j', (given, flakes) => {
    expect(parsed({ flakes: given }).flakes).toEqual(flakes)
  })

  test('lists, without what is there twice', () => {
    const given = {
      inputs: 'nixpkgs\n nixos-*\nnixpkgs',
      exclude: 'dis?o',
      labels: 'dependencies\nneeds, review',
      assignees: '@alice\nalice',
      reviewers: 'bob\nrenovate[bot]',
      'team-reviewers': 'ops',
      'dispatch-workflows': '.github/workflows/ci.yml\nci.yml\ndeploy.yaml',
      cooldown: '7d',
      'cooldown-exempt': 'my-*',
    }
    expect(parsed(given)).toMatchObject({
      selection: { include: ['nixpkgs', 'nixos-*'], exclude: ['dis?o'] },
      labels: ['dependencies', 'needs, review'],
      people: { assignees: ['alice'], reviewers: ['bob', 'renovate[bot]'], teamReviewers: ['ops'] },
      dispatchWorkflows: ['ci.yml', 'deploy.yaml'],
      cooldown: { ms: 604_800_000, exempt: ['my-*'] },
    })
  })

  test('a base, and another release of Nix', () => {
    const sha256 = 'A'.repeat(64)
    const given = {
      base: 'release/26.05',
      'nix-url': 'https://mirror.example/nix.tar.xz',
      'nix-sha256': sha256,
    }
    expect(parsed(given)).toMatchObject({
      base: 'release/26.05',
      release: { url: 'https://mirror.example/nix.tar.xz', sha256: 'a'.repeat(64) },
    })
  })
})

describe('a bad input', () => {
  test.each([
    ['flakes', '/etc', "'flakes' is '/etc', expected a directory below the repository's root"],
    ['flakes', '../other', "'flakes' is '../other', expected a directory below"],
    ['flakes', 'a?dir=b', "'flakes' is 'a?dir=b', expected a directory"],
    ['flakes', 'nix/flake.nix', "expected the directory, 'nix', without the file"],
    ['flakes', 'nix\n./nix/', "'flakes' names 'nix' twice"],
    ['flakes', '', "'flakes' is required and not given"],
    ['inputs', 'a/b', "'inputs' is 'a/b', expected names of inputs, or globs of them"],
    ['exclude', 'a/b', "'exclude' is 'a/b', expected names of inputs"],
    ['group-by', 'flake', "'group-by' is 'flake', expected one of none, input"],
    ['token', '', "'token' is required and not given"],
    ['branch', 'a..b', "'branch' is 'a..b', expected the name of a branch"],
    ['base', 'refs/heads/main', "'base' is 'refs/heads/main', expected the name of a branch"],
    ['base', 'update-flake-lock', "'branch' and 'base' are both 'update-flake-lock'"],
    ['title', 'update {input}', "'title' has '{input}': only {inputs} and {flakes} may stand in it"],
    ['title', 'one\ntwo', "'title' has more than one line"],
    ['title', '', "'title' is required"],
    ['commit-message', '{name}', "'commit-message' has '{name}'"],
    ['reviewers', 'a, b', "'reviewers' is 'a, b', expected one name a line, without commas"],
    ['assignees', 'a b', "'assignees' is 'a b', expected one name a line"],
    ['team-reviewers', 'org/team', "'team-reviewers' is 'org/team', expected one name a line"],
    ['cooldown', '1w', "'cooldown' is '1w', expected whole seconds or a number with s, m, h or d"],
    ['cooldown', '366d', "'cooldown' is '366d'"],
    ['cooldown-exempt', 'nixpkgs', "'cooldown-exempt' is given and 'cooldown' is 0"],
    ['on-edited', 'merge', "'on-edited' is 'merge', expected one of keep, overwrite"],
    ['respect-closed', 'yes', "'respect-closed' is 'yes', expected one of true, false"],
    ['auto-merge', 'true', "'auto-merge' is 'true', expected one of off, merge, squash, rebase"],
    ['on-input-error', 'ignore', "'on-input-error' is 'ignore', expected one of warn, fail"],
    [
      'dispatch-workflows',
      'CI',
      "'dispatch-workflows' is 'CI', expected the name of a file in .github/workflows",
    ],
    ['install-nix', 'always', "'install-nix' is 'always', expected one of if-missing, never"],
    ['nix-url', 'https://mirror.example/', "'nix-url' and 'nix-sha256' go together: one of them is missing"],
    ['nix-sha256', 'abc', "'nix-sha256' is 'abc', expected 64 hex digits"],
    ['nix-url', 'file:///nix.tar.xz', "'nix-url' is 'file:///nix.tar.xz', expected an address"],
    ['nix-url', 'nix.tar.xz', "'nix-url' is 'nix.tar.xz', expected an address"],
    ['draft', 'maybe', "'draft' is 'maybe', expected one of true, false"],
  ])('%s: %j is told', (name, value, words) => {
    expect(complaint({ [name]: value })).toContain(words)
  })

  test('a draft is not merged', () => {
    expect(complaint({ draft: 'true', 'auto-merge': 'squash' })).toContain(
      "'auto-merge' is 'squash' and 'draft' is 'true': GitHub merges no draft",
    )
  })

  test('all of them are told at once', () => {
    expect(complaint({ draft: 'maybe', branch: '-x', token: '' })).toMatch(/3 bad inputs:\n- .*\n- .*\n- /)
  })
})

describe('access tokens', () => {
  const tokens = (text: string) => parsed({ 'nix-access-tokens': text }).accessTokens

  test('are lines of a host, or what is below it, and a token', () => {
    expect(tokens('github.com=ghp_a=b\n\ngitlab.example:8443/group/repo=PAT:x\r\n')).toEqual([
      { scope: 'github.com', token: 'ghp_a=b' },
      { scope: 'gitlab.example:8443/group/repo', token: 'PAT:x' },
    ])
  })

  test.each([
    ['a token alone', 'github.com=a\nghp_secret', 'line 2 is not'],
    ['an address', 'https://github.com=ghp_secret', 'line 1 is not'],
    ['two words', 'github.com=ghp secret', 'line 1 is not'],
    ['one host twice', 'github.com=ghp_secret\ngithub.com=b', 'there are two tokens for github.com'],
  ])('%s is told, and not shown', (_, text, words) => {
    const told = complaint({ 'nix-access-tokens': text })
    expect(told).toContain(words)
    expect(told).not.toContain('secret')
  })
})
