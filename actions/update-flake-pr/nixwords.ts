/** What Nix said when it failed, in one line for people who did not start it. */

const MAX_LENGTH = 300

/**
 * How one recognizes a failure, and what to say of it. Each `{}` is the next group of the pattern. A host writes part of
 * what they look through: none may take long, whatever it is.
 */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /unable to download 'https?:\/\/([^/':]+)[^'\n]*': HTTP error (?:429|403(?=[^]{0,2000}rate limit))/i,
    "{} has been asked too often for now: with a token for it in 'nix-access-tokens' it answers more, else wait an hour",
  ],
  [
    /unable to download 'https?:\/\/([^/':]+)([^'\n]*)': HTTP error 404/,
    "{} does not have {} (404): renamed, deleted, or private and then in need of a token in 'nix-access-tokens' that may read it",
  ],
  [
    /unable to download 'https?:\/\/([^/':]+)([^'\n]*)': HTTP error (401|403)/,
    "{} refuses {} ({}): it needs a token in 'nix-access-tokens' that may read it",
  ],
  [
    /unable to download 'https?:\/\/([^/':]+)([^'\n]*)': HTTP error (\d+)/,
    '{} answered {} with the status {}',
  ],
  [
    /(?:Could not resolve host(?:name)?:? |Couldn't resolve host(?: name)? \(6\) Could not resolve host: )([\w.-]+)/i,
    'there is no host {}, or no way to it',
  ],
  [
    /Permission denied \(publickey|Host key verification failed/,
    'it is fetched over ssh, and the host takes no key of this runner, or is not in its known_hosts',
  ],
  [
    /could not read (?:Username|Password) for 'https?:\/\/([^/']+)/,
    "{} asks git for a login: a private input of type git is fetched with git's own credentials, not with 'nix-access-tokens'",
  ],
  [
    /(?:timed out|Timeout was reached|Operation too slow)/i,
    'its host did not answer in time, or far too slowly',
  ],
  [
    /'([^'\n]+)' does not appear to be a git repository|[Rr]epository '([^'\n]+)' (?:not found|does not exist)/,
    'there is no git repository at {}, or not for this runner',
  ],
  [/unable to access 'https?:\/\/([^/']+)[^']*': ([^\n]+)/, 'git does not get to {}: {}'],
  [
    /(?:couldn't find remote ref|revspec) '?([^'\s]+)|Cannot find Git revision '[^']+' in ref '([^']+)'/,
    'its repository has no such branch, tag or commit ({})',
  ],
  [
    /repository path '([^'\n]+)' is not owned by current user/,
    "git does not trust the checkout, which somebody else owns: run 'git config --global --add safe.directory {}' before",
  ],
  [
    /getting parent of Git commit '[^']+': object not found|is a shallow Git repository/,
    "nix cannot read a worktree of a shallow clone: give actions/checkout 'fetch-depth: 0'",
  ],
  [
    /flake\.nix' does not exist|is not tracked by Git/,
    'flake.nix, or a file it needs, is in the checkout but not in git: commit it',
  ],
  [
    /cannot find flake 'flake:([^'\n]+)' in the flake registries/,
    "'{}' stands for another flake, and the registry does not say for which",
  ],
]

/** As a clause that ends without a period; of several errors the one that is the cause of the others. */
export function nixWords(stderr: string, secrets: readonly string[]): string {
  // A warning tells of what was tried again.
  const text = cleaned(stderr, secrets).replace(/^warning: .*$/gm, '')
  for (const [pattern, words] of KNOWN) {
    const match = pattern.exec(text)
    if (match === null) continue
    const parts = match.slice(1).filter(Boolean)
    return shortened(parts.reduce((told, part) => told.replace('{}', () => part), words))
  }
  return shortened(lastError(text))
}

/** Without what may not be told, and what only a terminal can show. */
export function cleaned(stderr: string, secrets: readonly string[]): string {
  // The longest first: one may be a part of another.
  const known = [...secrets].filter((secret) => secret !== '').sort((a, b) => b.length - a.length)
  const told = known.reduce((text, secret) => text.replaceAll(secret, '***'), stderr)
  return (
    told
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      .replace(/\x1b(?:\[[\d;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\))/g, '')
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      .replace(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, ' ')
      .replace(/(?<=:\/\/)[^/\s'"@]*@/g, '')
      .replace(
        /(?<=[?&][\w-]{0,40}(?:token|secret|key|auth|password|signature)[\w-]{0,40}=)[^&\s'"]+/gi,
        '***',
      )
  )
}

/** Nix repeats at its end what it was about, and ends with the error itself. */
function lastError(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  const errors = lines.filter((line) => /^(?:error|fatal): ./.test(line))
  const line = errors.at(-1) ?? lines.filter((line) => line !== '').at(-1)
  return line === undefined ? 'nix said nothing about it' : line.replace(/^(?:(?:error|fatal): )+|\.$/g, '')
}

function shortened(words: string): string {
  return words.length > MAX_LENGTH ? `${words.slice(0, MAX_LENGTH)}…` : words
}
