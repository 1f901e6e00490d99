import { describe, expect, test } from '@jest/globals'
import { compareUrl, placeOf, revisionUrl } from '../../actions/update-flake-pr/links.ts'
import { reference, rev } from './locks.ts'

const GITHUB = 'https://github.com'
const A = rev('a')
const B = rev('b')

/** What it is from, and the pages between and of two revs. */
const forges: readonly (readonly [
  name: string,
  from: object,
  place: string,
  compare: string,
  page: string,
])[] = [
  [
    'GitHub',
    { type: 'github', owner: 'NixOS', repo: 'nixpkgs' },
    'github https://github.com/NixOS/nixpkgs',
    `https://github.com/NixOS/nixpkgs/compare/${A}...${B}`,
    `https://github.com/NixOS/nixpkgs/commit/${B}`,
  ],
  [
    'another GitHub server',
    { type: 'github', owner: 'o', repo: 'r', host: 'Git.Example.org' },
    'github https://git.example.org/o/r',
    `https://git.example.org/o/r/compare/${A}...${B}`,
    `https://git.example.org/o/r/commit/${B}`,
  ],
  [
    'GitLab',
    { type: 'gitlab', owner: 'group%2Fsub', repo: 'r' },
    'gitlab https://gitlab.com/group/sub/r',
    `https://gitlab.com/group/sub/r/-/compare/${A}...${B}`,
    `https://gitlab.com/group/sub/r/-/commit/${B}`,
  ],
  [
    'another GitLab',
    { type: 'gitlab', owner: 'o', repo: 'r', host: 'gitlab.example.org' },
    'gitlab https://gitlab.example.org/o/r',
    `https://gitlab.example.org/o/r/-/compare/${A}...${B}`,
    `https://gitlab.example.org/o/r/-/commit/${B}`,
  ],
  [
    'sourcehut, which compares nothing',
    { type: 'sourcehut', owner: '~o', repo: 'r' },
    'sourcehut https://git.sr.ht/~o/r',
    `https://git.sr.ht/~o/r/log/${B}`,
    `https://git.sr.ht/~o/r/commit/${B}`,
  ],
  [
    'Codeberg',
    { type: 'git', url: 'https://codeberg.org/o/r.git' },
    'forgejo https://codeberg.org/o/r',
    `https://codeberg.org/o/r/compare/${A}...${B}`,
    `https://codeberg.org/o/r/commit/${B}`,
  ],
  [
    'Bitbucket',
    { type: 'git', url: 'ssh://git@bitbucket.org/o/r' },
    'bitbucket https://bitbucket.org/o/r',
    `https://bitbucket.org/o/r/branches/compare/${B}..${A}`,
    `https://bitbucket.org/o/r/commits/${B}`,
  ],
  [
    'FlakeHub',
    { type: 'tarball', url: `https://api.flakehub.com/f/pinned/o/r/0.1.2%2Brev-${A}/018f/source.tar.gz` },
    'flakehub https://flakehub.com/flake/o/r',
    'https://flakehub.com/flake/o/r',
    'https://flakehub.com/flake/o/r',
  ],
]

describe.each(forges)('%s', (...[, attributes, place, compare, page]) => {
  const [from, to] = [reference({ ...attributes, rev: A }), reference({ ...attributes, rev: B })]

  test('has a page of the repository', () => {
    const { forge, web } = placeOf(to, GITHUB) ?? {}
    expect(`${forge} ${web}`).toBe(place)
  })

  test('has a page of what lies between two revisions', () => {
    expect(compareUrl(from, to, GITHUB)).toBe(compare)
  })

  test('has a page of a revision', () => {
    expect(revisionUrl(to, GITHUB)).toBe(page)
  })
})

describe("the workflow's own server", () => {
  const SERVER = 'http://git.example.org:8080'

  test.each([
    { type: 'git', url: 'http://git.example.org:8080/o/r.git' },
    { type: 'github', owner: 'o', repo: 'r', host: 'git.example.org:8080' },
    { type: 'tarball', url: `http://git.example.org:8080/o/r/archive/${A}.tar.gz` },
  ])('is a GitHub, at its own address: %j', (attributes) => {
    const web = 'http://git.example.org:8080/o/r'
    const host = 'git.example.org:8080'
    expect(placeOf(reference(attributes), SERVER)).toEqual({
      forge: 'github',
      host,
      owner: 'o',
      repo: 'r',
      web,
    })
  })

  test('is known by SSH as well', () => {
    const git = reference({ type: 'git', url: 'ssh://git@git.example.org/o/r' })
    expect(placeOf(git, 'https://git.example.org')?.web).toBe('https://git.example.org/o/r')
  })
})

describe('there is nothing to compare', () => {
  const from = reference({ type: 'github', owner: 'o', repo: 'r', rev: A })

  test.each([
    ['between one and the same', from],
    ['between two repositories', { ...from, repo: 'x', rev: B }],
    ['between two hosts', { ...from, host: 'git.example.org', rev: B }],
    [
      'with a repository nobody knows',
      reference({ type: 'git', url: 'https://git.example.org/o/r', rev: B }),
    ],
    ['with what has no rev', { ...from, rev: undefined }],
    ['with what has half of one', { ...from, rev: 'abcdef' }],
    ['with what has more than one', { ...from, rev: `${B}${B}` }],
  ])('%s', (_, to) => {
    expect(compareUrl(from, to, GITHUB)).toBeUndefined()
    expect(compareUrl(to, from, GITHUB)).toBeUndefined()
  })
})

test('the same repository may be written in two ways', () => {
  const from = reference({ type: 'git', url: 'git@github.com:nixos/nixpkgs', rev: A })
  const to = reference({ type: 'github', owner: 'NixOS', repo: 'nixpkgs', rev: B })
  expect(compareUrl(from, to, GITHUB)).toBe(`https://github.com/NixOS/nixpkgs/compare/${A}...${B}`)
})

describe('a rev', () => {
  const REPO = { type: 'github', owner: 'o', repo: 'r' }

  test.each([
    [
      'may be of SHA-256',
      { ...REPO, rev: 'c'.repeat(64) },
      `https://github.com/o/r/commit/${'c'.repeat(64)}`,
    ],
    ['is shown in lower case', { ...REPO, rev: 'A'.repeat(40) }, `https://github.com/o/r/commit/${A}`],
    ['is no ref', { ...REPO, rev: 'main' }, undefined],
    ['is no way out', { ...REPO, rev: `../../../${A}` }, undefined],
    ['ends where it ends', { ...REPO, rev: `${A}\n` }, undefined],
    [
      "may be in a tarball's address alone",
      { type: 'tarball', url: `https://codeberg.org/o/r/archive/${A}.tar.gz` },
      `https://codeberg.org/o/r/commit/${A}`,
    ],
    [
      "may be in its address' query alone",
      {
        type: 'tarball',
        url: `https://releases.nixos.org/nixos/25.11/nixos-25.11.1/nixexprs.tar.xz?rev=${A}`,
      },
      `https://github.com/NixOS/nixpkgs/commit/${A}`,
    ],
    [
      'may be in what FlakeHub calls its version',
      {
        type: 'tarball',
        url: `https://api.flakehub.com/f/pinned/NixOS/nixpkgs/0.1.9%2Brev-${A}/018f/source.tar.gz`,
      },
      `https://github.com/NixOS/nixpkgs/commit/${A}`,
    ],
    [
      'may be in no address',
      { type: 'tarball', url: 'https://codeberg.org/o/r/archive/main.tar.gz' },
      undefined,
    ],
  ])('%s', (_, attributes, page) => {
    expect(revisionUrl(reference(attributes), GITHUB)).toBe(page)
  })
})
