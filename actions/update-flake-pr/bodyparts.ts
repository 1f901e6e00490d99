/** The sections of a pull request's body that are lists of sentences. */
import { block, section } from '../shared/markdown.ts'
import { adviceFor, type Advice } from './advice.ts'
import { fittingList, type Part } from './bodyroom.ts'
import { listedIn } from './commitlist.ts'
import { nameCode, shown } from './defused.ts'
import type { Change, FlakeUpdate, HistoryOf, InputWords, Proposal, Reference, Risk } from './facts.ts'
import { advisoriesIn } from './ranking.ts'
import { shortOf } from './reference.ts'
import { risksOf } from './risks.ts'
import { isOfRoot } from './rootchange.ts'

/** Inputs that are not where they could be, and why. */
export function problemParts(updates: readonly FlakeUpdate[]): readonly Part[] {
  return PROBLEMS.map(([title, wordsOf]) => {
    const items = updates.flatMap((update) =>
      wordsOf(update).map(({ input, words }) => `${placed(input, update, updates)}: ${shown(words)}`),
    )
    return listPart(title, items)
  })
}

const PROBLEMS: readonly (readonly [string, (update: FlakeUpdate) => readonly InputWords[]])[] = [
  ['Could not be updated', ({ failed }) => failed],
  ['Moved without being asked', ({ heldBack }) => heldBack],
  ['Held by the cooldown', ({ cooled }) => cooled],
  ['Not proposed again', ({ suppressed }) => suppressed],
]

/** What a reviewer should look at twice. */
export function riskPart({ flakes, historyOf }: Proposal): Part {
  const items = flakes.flatMap((update) =>
    update.changes.flatMap((change) =>
      risksOf(change, historyOf(change)).map(
        (risk) => `${placed(change.path, update, flakes)} ${riskWords(risk, change, historyOf)}`,
      ),
    ),
  )
  return listPart('Look twice', items)
}

function riskWords(risk: Risk, change: Change, historyOf: HistoryOf): string {
  switch (risk) {
    case 'downgrade': {
      const history = historyOf(change)
      const isBehind = history !== undefined && 'relation' in history && history.relation === 'behind'
      return `goes back: the new revision is ${isBehind ? 'an ancestor of' : 'older than'} the old one.`
    }
    case 'rewritten':
      return 'does not contain its old revision: the history was rewritten, or it comes from another branch.'
    case 'host':
      return `comes from another host: ${sourcesOf(change)}.`
    case 'owner':
      return `comes from another owner: ${sourcesOf(change)}.`
  }
}

/** In flake.nix, or where that is the same, in the lock. */
function sourcesOf({ from, to }: Change): string {
  const originals = sourceWords(from?.original, to?.original)
  const isSame = new Set(originals).size === 1
  return (isSame ? sourceWords(from?.locked, to?.locked) : originals).join(' → ')
}

function sourceWords(...references: readonly (Reference | undefined)[]): readonly string[] {
  return references.map((one) => (one === undefined ? 'nothing' : nameCode(shortOf(one))))
}

const MAX_IDS = 30

/** Advisories that commit messages name. */
export function advisoryPart({ flakes, historyOf }: Proposal): Part {
  const items = listedIn(flakes, historyOf).flatMap(({ names, history }) => {
    const ids = advisoriesIn(history.commits)
    const more = ids.length > MAX_IDS ? ` and ${ids.length - MAX_IDS} more` : ''
    return ids.length === 0
      ? []
      : [`${names.map(nameCode).join(', ')}: ${ids.slice(0, MAX_IDS).join(', ')}${more}`]
  })
  return listPart('Advisories that the commits mention, not verified', items)
}

/** Root inputs whose commits nobody could list. */
export function unlistedPart({ flakes, historyOf }: Proposal): Part {
  const items = flakes.flatMap((update) =>
    update.changes.filter(isOfRoot).flatMap((change) => {
      const history = historyOf(change)
      if (history === undefined || !('problem' in history)) return []
      return [`${placed(change.path, update, flakes)}: ${shown(history.problem)}`]
    }),
  )
  return listPart('No list of commits', items)
}

export function advicePart({ flakes, upstreamOf, nowS }: Proposal): Part {
  const pieces = adviceFor(flakes, { upstreamOf, nowS }).map((advice) => adviceMarkdown(advice, flakes))
  return (max) => {
    let left = max - section('Advice', ' ').length
    return section('Advice', pieces.filter((piece) => (left -= piece.length + 1) >= 0).join('\n'))
  }
}

function adviceMarkdown({ flake, words, lines }: Advice, flakes: readonly FlakeUpdate[]): string {
  const place = flakes.length === 1 ? '' : `In ${nameCode(flake)}: `
  return `${place}${shown(words, 2_000)}\n${lines.length === 0 ? '' : `\n${block(lines.join('\n'), 'nix')}`}`
}

function placed(path: string, { flake }: FlakeUpdate, all: readonly FlakeUpdate[]): string {
  return `${nameCode(path)}${all.length === 1 ? '' : ` of ${nameCode(flake)}`}`
}

function listPart(title: string, items: readonly string[]): Part {
  return (max) => section(title, fittingList(items, max - section(title, ' ').length))
}
