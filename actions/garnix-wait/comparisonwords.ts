/** What changes against another closure, in words; log, summary and comment say the same. */
import { formatBytes } from '../shared/packagewords.ts'
import type { Baseline } from './facts.ts'
import type { Reboot } from './reboot.ts'
import type { Sizes } from './sizes.ts'

/** Of a commit, as people write it. */
export function shortOf(sha: string): string {
  return sha.slice(0, 12)
}

export function baselineWords({ path, commit }: Baseline): string {
  return commit === undefined ? path : `${shortOf(commit)}, ${path}`
}

/** `45 new paths, 120 MB to download.` */
export function freshWords({ paths, downloadBytes, unsaid }: Sizes): string {
  if (paths === 0) return 'Nothing to download.'
  const least = unsaid === 0 ? '' : 'at least '
  return `${paths === 1 ? 'A new path' : `${paths} new paths`}, ${least}${formatBytes(downloadBytes)} to download.`
}

export interface RebootWords {
  readonly verdict: string
  /** What follows it, with what parts them; `''` = nothing. */
  readonly rest: string
}

export function rebootWords({ reasons, isAllSeen }: Reboot): RebootWords {
  if (reasons.length > 0) return { verdict: 'Needs a reboot', rest: `: ${reasons.join(', ')}` }
  if (isAllSeen) return { verdict: 'Needs no reboot', rest: '' }
  return {
    verdict: 'Kernel, initrd and modules stay the same',
    rest: '; whether kernel parameters change cannot be seen from a cache',
  }
}

export function rebootSentence(reboot: Reboot): string {
  const { verdict, rest } = rebootWords(reboot)
  return `${verdict}${rest}.`
}
