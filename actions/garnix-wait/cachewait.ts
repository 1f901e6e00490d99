/** Waits until the caches have a whole closure, or says what they do not have. */
import { backoffMs } from '../shared/backoff.ts'
import type { Deadline } from '../shared/deadline.ts'
import type { Clock, Fetch, Log, Random } from '../shared/ports.ts'
import { askersFor, type Askers, type Rules } from './asking.ts'
import { ANSWER_MS } from './cacheanswer.ts'
import { askForCacheInfo, troublesOf, type CacheInfo, type Trouble } from './cacheinfo.ts'
import { missesOf, type Closure, type Miss } from './closure.ts'
import { tellProgress } from './cacheprogress.ts'
import { walk } from './walk.ts'

export interface CacheWorld {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface Until {
  /** May move while it is waited for. */
  readonly deadline: Deadline
  /** Whoever aborts it is not interested in the verdict. */
  readonly signal: AbortSignal
  /** Aborted when there is reason to look again at once and often, as when a build has turned green. */
  readonly hurry?: AbortSignal
}

export type CacheVerdict =
  | { readonly kind: 'complete'; readonly troubles: readonly Trouble[] }
  | {
      readonly kind: 'incomplete'
      readonly misses: readonly Miss[]
      /** Nothing is absent: caches have all that is missing, but signed by none of the keys. */
      readonly isUntrusted: boolean
      /** One of these may be the cause; one that is final ended the wait before its time. */
      readonly troubles: readonly Trouble[]
    }

const PAUSE = { baseMs: 2_000, capMs: 15_000 }
/** The last look needs time for its answers, or all it would tell is that there was none. */
const LAST_LOOK_MS = 2_000

/**
 * Walks again and again until nothing is missing, the deadline has passed, or it shows that waiting is no use. Each
 * pause is longer than the last, but for the one after something new was found.
 * @throws the signal's reason; an `ActionError` for a closure too large to be one
 */
export async function waitForClosure(
  closure: Closure,
  { rules, world }: { readonly rules: Rules; readonly world: CacheWorld },
  until: Until,
): Promise<CacheVerdict> {
  const over = new AbortController()
  try {
    const signal = AbortSignal.any([until.signal, over.signal])
    const infos = askForInfos(rules, world, { ...until, signal })
    const askers = askersFor(rules, { ...world, deadline: until.deadline })
    return await repeat({ closure, rules, askers, infos, world, until })
  } finally {
    over.abort(new Error('The wait is over.'))
  }
}

interface Wait {
  readonly closure: Closure
  readonly rules: Rules
  readonly askers: Askers
  readonly infos: Infos
  readonly world: CacheWorld
  readonly until: Until
}

async function repeat(wait: Wait): Promise<CacheVerdict> {
  const { closure, rules, askers, infos, world, until } = wait
  const progress = tellProgress(world.log)
  let { hurry } = until
  for (let attempt = 1; ; attempt++) {
    const before = closure.found.size
    askers.fresh()
    await walk(closure, askers, until.signal)
    const misses = missesOf(closure)
    progress(closure, misses)
    if (misses.length > 0) await infos.all
    const troubles = troublesOf(closure, rules.caches, infos.known)
    if (misses.length === 0) return { kind: 'complete', troubles }
    if (until.deadline.remainingMs() <= LAST_LOOK_MS || troubles.some((trouble) => trouble.isFinal))
      return { kind: 'incomplete', misses, isUntrusted: misses.every(isUntrusted), troubles }
    if (closure.found.size > before) attempt = 1
    if (await pause(backoffMs(attempt, PAUSE, world.random), world.clock, { ...until, hurry })) {
      hurry = undefined
      attempt = 0
    }
  }
}

function isUntrusted({ reasons }: Miss): boolean {
  return reasons.some(({ kind }) => kind === 'untrusted')
}

/** Resolves to whether it was cut short because there is reason to hurry. */
async function pause(ms: number, clock: Clock, { deadline, signal, hurry }: Pausing): Promise<boolean> {
  const either = hurry === undefined ? signal : AbortSignal.any([signal, hurry])
  try {
    await clock.sleep(Math.min(ms, deadline.remainingMs() - LAST_LOOK_MS), either)
    return false
  } catch (error) {
    if (signal.aborted) throw error
    return true
  }
}

type Pausing = Omit<Until, 'hurry'> & { readonly hurry: AbortSignal | undefined }

interface Infos {
  /** By the places of the caches: what is wrong with them, as far as they have answered. */
  readonly known: ReadonlyMap<number, CacheInfo>
  /** Once all have. */
  readonly all: Promise<unknown>
}

/** Beside the first walk: nobody waits for it who finds everything. */
function askForInfos({ caches }: Rules, { fetch }: CacheWorld, { deadline, signal }: Until): Infos {
  const timeoutMs = Math.min(ANSWER_MS, deadline.remainingMs())
  const known = new Map<number, CacheInfo>()
  const all = Promise.all(
    caches.map(async (cache, at) => {
      const info = await askForCacheInfo(cache, fetch, { signal, timeoutMs })
      if (info !== undefined) known.set(at, info)
    }),
  )
  // Whoever does not wait for it any more does not want to hear of it either.
  all.catch(() => undefined)
  return { known, all }
}
