import { describe, expect, test } from '@jest/globals'
import { cleaned, nixWords } from '../../actions/update-flake-pr/nixwords.ts'

/** As Nix 2.26 tells it. */
const fetching = (error: string): string =>
  [
    "error:\n       … while updating the lock file of flake 'git+file:///w'",
    `\n       … while updating the flake input 'a'\n\n       error: ${error}\n`,
  ].join('\n')
const download = (status: number, body = ''): string =>
  fetching(
    `unable to download 'https://api.github.com/repos/o/r/commits/HEAD': HTTP error ${status}\n\n       response body:\n\n       ${body}`,
  )

describe('words for people', () => {
  test.each([
    [
      download(403, '{"message":"API rate limit exceeded for 1.2.3.4."}'),
      /^api\.github\.com has been asked too often/,
    ],
    [download(429), /^api\.github\.com has been asked too often/],
    [download(403), /^api\.github\.com refuses \/repos\/o\/r\/commits\/HEAD \(403\): it needs a token/],
    [download(401), /refuses .* \(401\)/],
    [
      download(404),
      /^api\.github\.com does not have \/repos\/o\/r\/commits\/HEAD \(404\): renamed, deleted, or private/,
    ],
    [download(502), /^api\.github\.com answered \/repos\/o\/r\/commits\/HEAD with the status 502$/],
    [
      fetching(
        "unable to download 'https://x.example/': Couldn't resolve host name (6) Could not resolve host: x.example",
      ),
      /^there is no host x\.example/,
    ],
    [
      'ssh: Could not resolve hostname git.example: Name or service not known',
      /^there is no host git\.example/,
    ],
    [
      'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote',
      /^it is fetched over ssh/,
    ],
    ['Host key verification failed.', /^it is fetched over ssh/],
    [
      "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
      /^git\.example asks git for a login/,
    ],
    [fetching("unable to download 'https://x.example/': Timeout was reached (28)"), /did not answer in time/],
    [
      "fatal: '/x/y' does not appear to be a git repository\nerror: revspec 'master' not found",
      /^there is no git repository at \/x\/y/,
    ],
    [
      "fatal: repository 'https://x.example/a/' not found",
      /^there is no git repository at https:\/\/x\.example\/a\//,
    ],
    [
      "fatal: unable to access 'https://x.example/o/r/': server certificate verification failed.\nerror: revspec 'master' not found",
      /^git does not get to x\.example: server certificate/,
    ],
    [
      "fatal: couldn't find remote ref refs/heads/gone",
      /no such branch, tag or commit \(refs\/heads\/gone\)/,
    ],
    [
      fetching("Cannot find Git revision '1' in ref 'main' of repository 'x'!"),
      /no such branch, tag or commit \(main\)/,
    ],
    [
      fetching('opening Git repository "/w": repository path \'/w\' is not owned by current user'),
      /safe\.directory \/w'/,
    ],
    [fetching("getting parent of Git commit '1': object not found - no match"), /fetch-depth: 0/],
    [
      "error: path '/nix/store/x-source/flake.nix' does not exist",
      /in the checkout but not in git: commit it$/,
    ],
    [
      fetching("cannot find flake 'flake:nixpkgs' in the flake registries"),
      /^'nixpkgs' stands for another flake/,
    ],
  ])('of %j', (stderr, words) => {
    expect(nixWords(stderr, [])).toMatch(words)
  })

  test.each([
    ['error: first\nerror: something else.\n', 'something else'],
    ['error:\n       … while evaluating\n       error: attribute missing\n', 'attribute missing'],
    ['error: error: twice', 'twice'],
    ['killed', 'killed'],
    [' \n', 'nix said nothing about it'],
    ['', 'nix said nothing about it'],
    [`error: ${'x'.repeat(400)}`, `${'x'.repeat(300)}…`],
  ])('that it has none for are its own: %j', (stderr, words) => {
    expect(nixWords(stderr, [])).toBe(words)
  })

  // A host writes the body of its refusal; in minutes of looking through it nobody could even cancel the run.
  test.each(["unable to download 'https://x", ' HTTP error 403', 'token'])(
    'are found soon in 256 KiB of %j',
    (part) => {
      const startMs = performance.now()
      nixWords(`unable to download 'https://x'${part.repeat(262_144 / part.length)}=x`, [])
      expect(performance.now() - startMs).toBeLessThan(2_000)
    },
  )

  test('are not about what was tried again', () => {
    const retried =
      "warning: error: unable to download 'https://x.example/': HTTP error 502; retrying in 300 ms\n"
    expect(nixWords(`${retried}${download(404)}`, [])).toMatch(/^api\.github\.com does not have/)
  })
})

describe('what nix says is shown', () => {
  test.each([
    ['without tokens, the longer first', 'ghp and ghp-long', '*** and ***'],
    ['without logins', "'https://me:pw@x.example/y' git@x.example", "'https://x.example/y' git@x.example"],
    [
      'without secrets of a query',
      'https://x/?access_token=1&b=2&sig-key=3',
      'https://x/?access_token=***&b=2&sig-key=***',
    ],
    ['without colors', '\u001b[31;1merror:\u001b[0m x\u001b]8;;http://y\u0007', 'error: x'],
    ['without control characters', 'a\tb\rc\0d\u009be', 'a b c d e'],
    ['in all its lines', 'a\nb\n', 'a\nb\n'],
  ])('%s', (_, said, shown) => {
    expect(cleaned(said, ['ghp', '', 'ghp-long'])).toBe(shown)
  })
})
