import type {
  Change,
  FlakeUpdate,
  History,
  Proposal,
  Reference,
} from '../../actions/update-flake-pr/facts.ts'
import { inputPath } from '../../actions/update-flake-pr/inputpath.ts'
import { flake, history, input, NOW_S, proposal, updated } from './bodyscene.ts'

/** What others may say that is not meant well; pieces of it in any order are worse. */
const PIECES = [
  ...[
    '@octocat',
    '@o/team',
    ' #12',
    'o/r#3',
    'GH-4',
    'fixes #1',
    'https://github.com/o/r/issues/5',
    '[skip ci]',
  ],
  ...[
    '<b>',
    '</details>',
    '</summary>',
    '<!--',
    '-->',
    '<!-- nix-vps update-flake-pr e30 -->',
    '<img src=x>',
  ],
  ...[
    '`',
    '```',
    '~~~',
    '|',
    '\n',
    '\r\n\r\n',
    '\\',
    '\n# ',
    '\n- ',
    '*',
    '_',
    '![x](y)',
    '[x](javascript:z)',
  ],
  ...['&lt;', '&#64;octocat', '$x$', ':smile:', 'www.evil.example', '\u202e', '\u0000', '\ud800', '"', "'"],
  ...['CVE-2026-1234', 'Merge pull request #7 from a/b\n\n', 'feat!: ', '{inputs}', '$&', 'x'.repeat(300)],
]

/** The same numbers for the same seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

/** A proposal all of whose words are hostile, the same ones for the same seed. */
export function hostileProposal(seed: number): Proposal {
  const roll = dice(seed)
  const evil = () => Array.from({ length: 1 + roll(9) }, () => PIECES[roll(PIECES.length)]).join('')
  const given = (): Partial<Reference> => {
    const type = ['github', 'gitlab', 'git', 'tarball', evil()][roll(5)] ?? ''
    const url = roll(2) === 0 ? `https://github.com/o/r/issues/1/${evil()}` : evil()
    return { type, owner: evil(), repo: evil(), url, host: evil(), ref: evil(), dir: evil() }
  }
  const change = (): Change => {
    const path = inputPath(Array.from({ length: 1 + roll(2) }, evil))
    const its = updated(path, roll(3) === 0 ? { narHash: evil(), rev: evil() } : {})
    const to = roll(2) === 0 ? input(path, given()) : { ...input(path), follows: evil() }
    return { ...its, ...(roll(2) === 0 ? { to, kind: 'retargeted', risks: ['owner', 'host'] } : {}) }
  }
  const words = () => Array.from({ length: roll(30) }, () => ({ input: evil(), words: evil() }))
  const histories = new Map<Change, History | { problem: string }>()
  const one = (): FlakeUpdate => {
    const changes = Array.from({ length: 1 + roll(30) }, change)
    for (const it of changes)
      histories.set(it, roll(4) === 0 ? { problem: evil() } : history(Array.from({ length: roll(60) }, evil)))
    const known = [
      input('nixpkgs'),
      input(inputPath([evil()])),
      input(inputPath(['a', evil()])),
      input('old', { lastModified: NOW_S - 4e7 }),
    ]
    const after = { version: 7, inputs: new Map(known.map((it) => [it.path, it])) }
    const kept = { failed: words(), heldBack: words(), cooled: words(), suppressed: words() }
    return flake(changes, { flake: evil(), lockPath: evil(), after, ...kept })
  }
  const flakes = Array.from({ length: 1 + roll(3) }, one)
  const upstreamOf = () => ({ isArchived: roll(2) === 0, name: evil() })
  return proposal(flakes, { historyOf: (it) => histories.get(it), upstreamOf, dispatched: [evil()] })
}
