import { createHash } from 'node:crypto'
import type { Change, FlakeUpdate, InputWords, LockedInput, Proposed } from './facts.ts'
import { revisionOf } from './reference.ts'
import { isOfRoot } from './rootchange.ts'

export interface Wanted {
  readonly title: string
  readonly message: string
  readonly updates: readonly FlakeUpdate[]
  /** flake.nix and flake.lock of each flake on the base. */
  readonly blobs: readonly { readonly path: string; readonly sha: string }[]
}

/** Of all that decides whether a pull request has to be touched; nothing in it depends on when it is asked. */
export function digestOf({ title, message, updates, blobs }: Wanted): string {
  const files = blobs.map(({ path, sha }) => [path, sha].join('\0')).sort()
  const facts = [title, message, files, updates.map(updateFacts)]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/** Words may tell a time or a duration: names only. */
function updateFacts({ flake, changes, failed, heldBack, cooled, suppressed }: FlakeUpdate) {
  return [flake, changes.map(changeFacts), ...[failed, heldBack, cooled, suppressed].map(namesOf)]
}

function changeFacts({ path, kind, from, to }: Change) {
  return [path, kind, lockedFacts(from), lockedFacts(to)]
}

function lockedFacts(input: LockedInput | undefined) {
  if (input === undefined) return null
  const { follows, locked } = input
  return [follows ?? null, locked?.rev ?? null, locked?.narHash ?? null]
}

function namesOf(inputs: readonly InputWords[]): readonly string[] {
  return inputs.map(({ input }) => input).sort()
}

/** Root inputs and the revisions that they move to; what follows another input has none of its own. */
export function proposedIn(updates: readonly FlakeUpdate[]): readonly Proposed[] {
  return updates.flatMap(({ flake, changes }) =>
    changes.filter(isOfRoot).flatMap(({ path, to }) => {
      if (to?.locked === undefined || to.follows !== undefined) return []
      const rev = revisionOf(to.locked)
      return rev === undefined ? [] : [{ flake, input: path, rev }]
    }),
  )
}
