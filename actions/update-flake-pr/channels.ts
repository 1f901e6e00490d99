import { parseInstant } from '../shared/instant.ts'
import type { Reference } from './facts.ts'
import { placeOf } from './links.ts'

/** What a branch of NixOS, or of a project that goes by its releases, belongs to. */
export interface Release {
  /** `24.05` */
  readonly name: string
  /** `31 December 2024` */
  readonly lastDay: string
  /** When that day is over, in seconds since 1970. */
  readonly endS: number
}

const BRANCH = /^(?:nixos|nixpkgs|nix-darwin)-(\d\d)\.(\d\d)(?:-(?:small|darwin|aarch64))?$/
/** Of others it may be a release of their own. */
const RELEASE_BRANCH = /^release-(\d\d)\.(\d\d)$/
const WITH_RELEASE_BRANCHES = /^(?:nixpkgs|home-manager)$/i
const CHANNEL = /^https?:\/\/(?:channels\.nixos\.org|nixos\.org\/channels)\/([^/]+)\/.*$/s

/** A release lives for seven months: by its month, the last day, and the years until then. */
const ENDS = new Map([
  ['03', { date: '10-31', words: '31 October', years: 0 }],
  ['05', { date: '12-31', words: '31 December', years: 0 }],
  ['09', { date: '04-30', words: '30 April', years: 1 }],
  ['11', { date: '06-30', words: '30 June', years: 1 }],
])

/** `undefined` for what goes by no release. */
export function releaseOf(original: Reference): Release | undefined {
  const [, yy = '', mm = ''] = nameIn(original) ?? []
  const end = ENDS.get(mm)
  if (end === undefined) return undefined
  const year = 2000 + Number(yy) + end.years
  return {
    name: `${yy}.${mm}`,
    lastDay: `${end.words} ${year}`,
    endS: secondsAt(`${year}-${end.date}`) + 86_400,
  }
}

function nameIn(original: Reference): RegExpExecArray | null {
  const { ref, url = '' } = original
  const branch = ref ?? url.replace(CHANNEL, '$1')
  // Which server is the workflow's own makes no difference to names.
  const { repo = '' } = placeOf(original, 'https://github.com') ?? {}
  return BRANCH.exec(branch) ?? (WITH_RELEASE_BRANCHES.test(repo) ? RELEASE_BRANCH.exec(branch) : null)
}

function secondsAt(day: string): number {
  return (parseInstant(`${day}T00:00:00Z`) - parseInstant('1970-01-01T00:00:00Z')) / 1_000
}
