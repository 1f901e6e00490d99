import { ownRootInputs, type AdviceWords, type OwnInput } from './advicewords.ts'
import { releaseOf } from './channels.ts'
import type { FlakeUpdate } from './facts.ts'

const DAY_S = 86_400
const STALE_DAYS = 180

/** A tag stays where it is on purpose, as a rev does. */
const TAG = /^refs\/tags\/|^v?\d+(?:\.\d+)+(?:-(?:alpha|beta|pre|rc)[\w.-]*)?$/i

export function staleIn(update: FlakeUpdate, nowS: number): AdviceWords | undefined {
  const old = ownRootInputs(update).flatMap((input) => {
    const days = Math.floor((nowS - (input.locked.lastModified ?? nowS)) / DAY_S)
    return days > STALE_DAYS && mayMove(input) ? [`${input.path} (${days} days)`] : []
  })
  if (old.length === 0) return undefined
  return { words: `Older than ${STALE_DAYS} days, although no rev pins them: ${old.join(', ')}.`, lines: [] }
}

function mayMove({ original: { type, rev, ref = '' } }: OwnInput): boolean {
  return type !== 'path' && rev === undefined && !TAG.test(ref)
}

export function endOfLifeIn(update: FlakeUpdate, nowS: number): AdviceWords | undefined {
  const ended = ownRootInputs(update).flatMap(({ path, original }) => {
    const release = releaseOf(original)
    return release !== undefined && nowS >= release.endS
      ? [`${path} (${release.name}, until ${release.lastDay})`]
      : []
  })
  if (ended.length === 0) return undefined
  return { words: `Past the end of their life, so no fixes come any more: ${ended.join(', ')}.`, lines: [] }
}
