import type { Clock } from '../shared/ports.ts'

/** Why the action lets go of a deploy that it does not know the end of. */
export class LetGo extends Error {
  override readonly name = 'LetGo'
  readonly why: 'deadline' | 'canceled' | 'ended'

  constructor(why: LetGo['why']) {
    super(`let go: ${why}`)
    this.why = why
  }
}

/**
 * What a limited piece of work must heed: aborted after `ms`, or with its parent. The clock is left alone again at the
 * end of the piece of work.
 */
export async function limited<T>(
  { ms, clock, parent }: { ms: number; clock: Clock; parent: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController()
  const either = AbortSignal.any([own.signal, parent])
  const alarm = clock.sleep(ms, either).then(
    () => {
      own.abort(new LetGo('deadline'))
    },
    () => undefined,
  )
  try {
    return await work(either)
  } finally {
    own.abort(new LetGo('ended'))
    await alarm
  }
}
