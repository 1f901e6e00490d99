import { endOfLifeIn, staleIn } from './adviceage.ts'
import { divergingIn } from './advicediverging.ts'
import { duplicatesIn } from './adviceduplicates.ts'
import { archivedIn, renamedIn } from './adviceupstream.ts'
import type { AdviceWords } from './advicewords.ts'
import type { FlakeUpdate, UpstreamOf } from './facts.ts'

export interface Advice extends AdviceWords {
  readonly kind: 'duplicate' | 'stale' | 'archived' | 'renamed' | 'end-of-life' | 'diverging'
  readonly flake: string
}

/** What could be better about the locks as they are after the update: at most one of a kind for each flake. */
export function adviceFor(
  updates: readonly FlakeUpdate[],
  { upstreamOf, nowS }: { readonly upstreamOf: UpstreamOf; readonly nowS: number },
): readonly Advice[] {
  return updates.flatMap((update, at) => {
    const advice = (kind: Advice['kind'], words: AdviceWords | undefined): readonly Advice[] =>
      words === undefined ? [] : [{ kind, flake: update.flake, ...words }]
    return [
      ...advice('duplicate', duplicatesIn(update)),
      ...advice('stale', staleIn(update, nowS)),
      ...advice('end-of-life', endOfLifeIn(update, nowS)),
      ...advice('archived', archivedIn(update, upstreamOf)),
      ...advice('renamed', renamedIn(update, upstreamOf)),
      ...advice('diverging', divergingIn(update, updates.slice(0, at))),
    ]
  })
}
