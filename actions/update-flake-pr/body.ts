import { link, section } from '../shared/markdown.ts'
import { advicePart, advisoryPart, problemParts, riskPart, unlistedPart } from './bodyparts.ts'
import type { Part } from './bodyroom.ts'
import { ciWords } from './ciwords.ts'
import { commitLists, listedIn } from './commitlist.ts'
import { counted, dayOf } from './dates.ts'
import type { ChangeKind, FlakeUpdate, Proposal, State } from './facts.ts'
import { rootTables, transitiveTables } from './inputtable.ts'
import { isOfRoot } from './rootchange.ts'
import { stateComment } from './state.ts'

export interface BodyOptions {
  readonly state: State
  readonly serverUrl: string
  readonly runUrl?: string | undefined
}

/** GitHub takes 65,536 characters. */
const MAX_BODY = 65_000

/** What a pull request says. Each section gets a share of the room that is left, so that none is cut within its markup. */
export function bodyOf(proposal: Proposal, { state, serverUrl, runUrl }: BodyOptions): string {
  const lead = leadOf(proposal)
  const end = [
    section('How its checks start', ciWords(proposal)),
    runUrl === undefined ? '' : `Made by ${link('this run', runUrl)}.\n`,
    stateComment(state),
  ]
  let left = MAX_BODY - [lead, ...end].join('\n').length
  const middle = partsOf(proposal, serverUrl).map(([share, part]) => {
    const markdown = part(Math.floor(left * share))
    left -= markdown.length + 1
    return markdown
  })
  const body = [lead, ...middle, ...end].filter((part) => part !== '').join('\n')
  // A lock can hold half a character, and no server takes one.
  return body.toWellFormed()
}

function partsOf(proposal: Proposal, serverUrl: string): readonly (readonly [share: number, part: Part])[] {
  const { flakes, historyOf, nowS } = proposal
  const known = { historyOf, serverUrl, nowS }
  const commits: Part = (max) =>
    section('Commits', commitLists(listedIn(flakes, historyOf), max - 20, serverUrl))
  return [
    [0.6, (max) => rootTables(flakes, known, max)],
    [0.2, (max) => transitiveTables(flakes, known, max)],
    ...problemParts(flakes).map((part) => [0.4, part] as const),
    [0.4, riskPart(proposal)],
    [0.3, advisoryPart(proposal)],
    [0.75, commits],
    [0.5, unlistedPart(proposal)],
    [0.95, advicePart(proposal)],
  ]
}

const VERBS: Readonly<Record<ChangeKind, string>> = {
  updated: 'updates',
  added: 'adds',
  removed: 'removes',
  retargeted: 'retargets',
}

function leadOf({ flakes, nowS }: Proposal): string {
  const ages = dayOf(nowS)
  const failed = flakes.reduce((count, update) => count + update.failed.length, 0)
  return (
    [
      `This pull request ${whatOf(flakes)}.`,
      ...(failed === 0 ? [] : [`**${counted(failed, 'input')} could not be updated.**`]),
      ...(ages === undefined ? [] : [`Ages are as of ${ages}.`]),
    ].join(' ') + '\n'
  )
}

function whatOf(flakes: readonly FlakeUpdate[]): string {
  const changes = flakes.flatMap((update) => update.changes)
  const roots = changes.filter(isOfRoot)
  const kinds = [...new Set(roots.map(({ kind }) => kind))]
  const words = kinds.map(
    (kind) => `${VERBS[kind]} ${counted(roots.filter((one) => one.kind === kind).length, 'input')}`,
  )
  return words.length === 0 ? `changes ${counted(changes.length, 'transitive input')}` : words.join(', ')
}
