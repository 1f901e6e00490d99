import { Turns } from '../shared/turns.ts'
import { compared, type Pair, type Told } from './comparepages.ts'
import type { Change, HistoryOf, LockedInput, Reference } from './facts.ts'
import type { Upstreams } from './forges.ts'
import { toldByForge } from './historiesforge.ts'
import { placeOf } from './links.ts'
import { isOfRoot } from './rootchange.ts'

const AT_A_TIME = 4

/**
 * What lies between the two revisions of each direct input that moved within its repository. Each pair is asked for
 * once, and no answer ends the run.
 */
export async function historiesOf(changes: readonly Change[], upstreams: Upstreams): Promise<HistoryOf> {
  const { serverUrl } = upstreams
  const pairs = new Map(
    changes
      .filter(isOfRoot)
      .flatMap((change) => pairOf(change, serverUrl) ?? [])
      .map((pair) => [pair.key, pair]),
  )
  const atGitHub = [...pairs.values()].filter(({ place }) => place.forge === 'github')
  const [told, others] = await Promise.all([
    compared(atGitHub, upstreams),
    toldByOthers([...pairs.values()], upstreams),
  ])
  return (change) => {
    const pair = pairOf(change, serverUrl)
    if (pair?.place.forge === 'flakehub') return counted(change)
    return pair && (told.get(pair.key) ?? others.get(pair.key))
  }
}

async function toldByOthers(
  pairs: readonly Pair[],
  upstreams: Upstreams,
): Promise<ReadonlyMap<string, Told>> {
  const turns = new Turns(AT_A_TIME)
  const told = new Map<string, Told>()
  const ask = async (pair: Pair): Promise<void> => {
    const one = await toldByForge(pair, upstreams)
    if (one !== undefined) told.set(pair.key, one)
  }
  await Promise.all(pairs.map((pair) => turns.take(() => ask(pair))))
  return told
}

/** An input that follows another is not told of: the other one is. */
function pairOf({ from, to }: Change, serverUrl: string): Pair | undefined {
  const [before, after] = [revisionIn(from), revisionIn(to)]
  if (before === undefined || after === undefined || before.rev === after.rev) return undefined
  const [place, old] = [placeOf(after.locked, serverUrl), placeOf(before.locked, serverUrl)]
  if (place === undefined || place.web.toLowerCase() !== old?.web.toLowerCase()) return undefined
  return { key: `${place.web} ${before.rev} ${after.rev}`, place, from: before.rev, to: after.rev }
}

function revisionIn(input: LockedInput | undefined): { rev: string; locked: Reference } | undefined {
  const { locked, follows } = input ?? {}
  const { rev = '' } = locked ?? {}
  const isOwn = locked !== undefined && follows === undefined
  return isOwn && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(rev) ? { rev, locked } : undefined
}

/** FlakeHub says in the lock how many commits came before. */
function counted({ from, to }: Change): Told | undefined {
  const [before, after] = [from?.locked?.revCount, to?.locked?.revCount]
  if (before === undefined || after === undefined) return undefined
  return { relation: after < before ? 'behind' : 'unknown', total: Math.abs(after - before), commits: [] }
}
