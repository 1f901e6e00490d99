/** What becomes of the words that stand in the sources: most end a step as they are, these do not. */

const badInput = (form: string): string => `Bad input: 'name': ${form}`
/** Of keys, which are inputs. */
const KEYS = ['knownhosts', 'opensshkey', 'privatekey', 'sshsignature', 'sshwire'].map(
  (name) => [`shared/${name}.ts`, badInput] as const,
)
const of = (...files: readonly string[]) => files.map((file) => [file, badInput] as const)
const unrecorded = (form: string): string => `The closure can be fetched, and could not be recorded: ${form}`
const unasked = (form: string): string => `GitHub could not be asked: ${form}`
const uninstalled = (form: string): string => `Nix could not be installed: ${form}`

/** By action and file, the words that they become a part of. */
export const WITHIN: Readonly<Record<string, ReadonlyMap<string, (form: string) => string>>> = {
  'deploy-nixos': new Map([
    ...KEYS,
    ...of('shared/hostkey.ts'),
    ['deploy-nixos/health.ts', (form) => (form.startsWith("'") ? badInput(form) : form)],
    ['deploy-nixos/plain.ts', (form) => form.replace(/^…/, 'The forced command on …')],
    ['shared/adapters/http.ts', (form) => `… was rolled back. ${form}`],
  ]),
  'garnix-wait': new Map([
    ...KEYS,
    ...['caches', 'netrc', 'storepath', 'targets', 'trustedkey'].map(
      (name) => [`garnix-wait/${name}.ts`, badInput] as const,
    ),
    ['shared/adapters/github.ts', unasked],
    ...['notes', 'notemerge'].map((name) => [`garnix-wait/${name}.ts`, unrecorded] as const),
  ]),
  'update-flake-pr': new Map([
    ...of('update-flake-pr/accesstokens.ts'),
    ['shared/adapters/github.ts', unasked],
    ['shared/adapters/download.ts', uninstalled],
    ['shared/adapters/fetch.ts', uninstalled],
    [
      'update-flake-pr/publishbranch.ts',
      (form) => `GitHub refused to … (…): a rule of the repository forbids it. It says: '…'. ${form}`,
    ],
    ['shared/adapters/nixinstall.ts', (form) => (form.startsWith('its ') ? uninstalled(form) : form)],
    [
      'update-flake-pr/pullwords.ts',
      (form) => (/^[a-z']|^GitHub Actions/.test(form) ? `GitHub refused to … (…): ${form}.` : form),
    ],
  ]),
}

/** Words that only warn, or are details of an end: of caches that answer wrong, comparisons, comments, commits. */
export const NO_END: Readonly<Record<string, readonly string[]>> = {
  'deploy-nixos': [],
  'garnix-wait': [
    'garnix-wait/comment.ts',
    'garnix-wait/comparing.ts',
    'garnix-wait/narinfo.ts',
    'garnix-wait/pullrequest.ts',
    'shared/adapters/fetch.ts',
    'shared/adapters/process.ts',
  ],
  // Of what it refuses only GitHub's own words are read.
  'update-flake-pr': ['shared/refusal.ts'],
}

/** Words of good ends, and of commits. */
export const GOOD: Readonly<Record<string, readonly string[]>> = {
  'deploy-nixos': [
    // No exit code of a host means that.
    '… on … has an unknown end.',
    '… on … becomes active at the next boot.',
    '… on … is deployed for a test.',
    '… on … is deployed.',
    '… on … was deployed already.',
    '… on … was planned only.',
    '… on … was superseded by a later deploy.',
    '… is back on the system before, ….',
    '… is back on the system before.',
    'The rollback on … changed nothing: the system before is the current one.',
    '… is tried at the next boot.',
    '… succeeded ….',
  ],
  'garnix-wait': [
    'Everything can be fetched.',
    'Everything of … can be fetched.',
    'Record … of …',
    'The checks of … are green.',
  ],
  'update-flake-pr': [],
}

/** Files that hand on the words of others: of the host, or of errors that stand here themselves. */
export const HANDED_ON: Readonly<Record<string, readonly string[]>> = {
  'deploy-nixos': [
    'deploy-nixos/answer.ts',
    'deploy-nixos/converse.ts',
    'deploy-nixos/deploy.ts',
    'deploy-nixos/ending.ts',
    'deploy-nixos/health.ts',
    'deploy-nixos/parseevent.ts',
    'deploy-nixos/trialwords.ts',
    'shared/adapters/runner.ts',
    'shared/adapters/sshlogin.ts',
  ],
  'garnix-wait': [
    'garnix-wait/ciwords.ts',
    'garnix-wait/record.ts',
    'garnix-wait/uploadwatch.ts',
    'garnix-wait/verdict.ts',
    'garnix-wait/wait.ts',
    'shared/adapters/runner.ts',
  ],
  'update-flake-pr': [
    'shared/adapters/runner.ts',
    'update-flake-pr/commits.ts',
    'update-flake-pr/comparepages.ts',
    'update-flake-pr/dispatch.ts',
    'update-flake-pr/historiesforge.ts',
    'update-flake-pr/inputs.ts',
    'update-flake-pr/offer.ts',
    'update-flake-pr/pullwords.ts',
    'update-flake-pr/update.ts',
  ],
}
