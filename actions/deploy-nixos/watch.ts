import type { Link } from './connect.ts'
import type { Event, Identity } from './events.ts'
import { follow, type Outcome } from './follow.ts'
import type { Hello } from './hello.ts'
import { viewer } from './show.ts'
import { requireSame } from './verdict.ts'
import { witness, type Watched } from './watched.ts'
import type { Deployment } from './world.ts'

export interface Conversation {
  readonly deployment: Deployment
  readonly hello: Hello
  readonly link: Link
}

export interface Watching {
  readonly watched: Watched
  /** The request that starts it, or that asks for its events from the first on. */
  readonly opening: string
  /** What its `accepted` and its `result` must repeat. */
  readonly asked: Partial<Identity>
  readonly onEvent?: (event: Event) => void
}

/** Follows a deploy to its end, shows what it says and takes it down. Rejects with the signal's reason. */
export function watch(
  { watched, opening, asked, onEvent }: Watching,
  { deployment: { world }, link }: Conversation,
  signal: AbortSignal,
): Promise<Outcome> {
  const show = viewer(world.log)
  const take = (event: Event): void => {
    if (event.type === 'accepted' || event.type === 'result') requireSame(event, asked)
    witness(watched, event, world.clock.now())
    show(event)
    onEvent?.(event)
  }
  return follow({ id: watched.id, opening, onEvent: take }, { world, link }, signal)
}
