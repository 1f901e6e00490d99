/** Which commits of a history a reviewer should see first, and why. */
import type { Commit } from './facts.ts'

export type Reason = 'security' | 'breaking' | 'revert' | 'deprecation' | 'removal'

export interface RankedCommit {
  readonly sha: string
  /** One line: of a merged pull request its title. */
  readonly subject: string
  /** The pull request that a merge brings, if the subject does not tell it. */
  readonly pull: string | undefined
  readonly reason: Reason | undefined
}

/** Those that stand out first, in the order of their reasons; then the newest; mere merges of branches last. */
export function ranked(commits: readonly Commit[]): readonly RankedCommit[] {
  const all = withoutMerged(commits.map(rankedOf))
  return all
    .map((one, at) => ({ one, weight: weightOf(one), at }))
    .sort((a, b) => a.weight - b.weight || a.at - b.at)
    .map(({ one }) => one)
}

/** Advisories that messages name, each once; nobody has looked whether they are fixed. */
export function advisoriesIn(commits: readonly Commit[]): readonly string[] {
  const ids = commits.flatMap(({ message }) => message.match(ADVISORY) ?? [])
  return [...new Set(ids.map((id) => id.toUpperCase()))].sort()
}

const ADVISORY = /\bCVE-\d{4}-\d{4,7}\b|\bGHSA(?:-[0-9a-z]{4}){3}\b/gi

const REASONS: readonly (readonly [Reason, (subject: string, message: string) => boolean])[] = [
  [
    'security',
    (subject, message) => /\bsecurity\b/i.test(subject) || /\bCVE-\d{4}-\d|\bGHSA-|\bvulnerab/i.test(message),
  ],
  [
    'breaking',
    (subject, message) =>
      /^[\w./-]+(?:\([^()]*\))?!:/.test(subject) || /\bBREAKING\b|\bbreaking change/.test(message),
  ],
  ['revert', (subject) => /^(?:[\w./+-]+: )?reverts?\b/i.test(subject)],
  ['deprecation', (subject) => /\bdeprecat/i.test(subject)],
  ['removal', (subject) => /\b(?:remov|delet)(?:e|ed|es|ing|al)\b|\bdrop(?:ped|s)?\b/i.test(subject)],
]
const ORDER = REASONS.map(([reason]) => reason)

function rankedOf({ sha, message }: Commit): RankedCommit {
  const first = message.replace(/[\r\n][^]*/, '').trim()
  const [, second = ''] = message.split(/[\r\n]+/)
  const [, number] = /^Merge pull request #(\d{1,9}) from \S+$/.exec(first) ?? []
  // GitHub puts the title of the pull request below that line.
  const subject = number === undefined || second === '' ? first : second.trim()
  const pull = new RegExp(`#${number}\\b`).test(subject) ? undefined : number
  const reason = REASONS.find(([, isSo]) => isSo(subject, message))?.[0]
  return { sha, subject, pull, reason }
}

/** A pull request of one commit is there twice: as that commit, and as its merge, which has the number. */
function withoutMerged(all: readonly RankedCommit[]): readonly RankedCommit[] {
  const merged = new Set(all.filter(hasNumber).map(({ subject }) => subject.replace(NUMBER, '')))
  return all.filter((one) => hasNumber(one) || !merged.has(one.subject))
}

const NUMBER = / \(#\d+\)$/

function hasNumber({ pull, subject }: RankedCommit): boolean {
  return pull !== undefined || NUMBER.test(subject)
}

function weightOf({ subject, reason }: RankedCommit): number {
  if (reason !== undefined) return ORDER.indexOf(reason)
  return /^Merge (?:(?:remote-tracking )?branch|commit|tag)\b/.test(subject) ? ORDER.length + 1 : ORDER.length
}
