/** The half of the wait that looks whether everything can be fetched. */
import { AbandonedWait, watchUploads } from './uploadwatch.ts'
import { followTexts } from './checktexts.ts'
import { checkNameOf } from './garnixverdict.ts'
import { waitForClosure, type CacheVerdict } from './cachewait.ts'
import { newClosure } from './closure.ts'
import type { Diagnosis } from './seen.ts'
import { findPaths, findPathsEarly, newSearch } from './pathhalf.ts'
import { talkOf } from './talk.ts'
import type { PathSearch } from './pathsearch.ts'
import type { Wait } from './waiting.ts'

/** It is told when the CI is done; this is only how long a timer can run. */
const CI_PAUSE_MS = 3_600_000

export type CacheEnd =
  | CacheVerdict
  /** Why waiting is no use, though the build has succeeded. */
  | { readonly kind: 'abandoned'; readonly diagnoses: readonly Diagnosis[] }
  /** No store path, or not all: nothing was looked for. */
  | { readonly kind: 'unknown'; readonly search: PathSearch }

/** Ends when everything can be fetched, or, some time after the CI, when it cannot. Rejects with the signal's reason. */
export async function askCaches(wait: Wait, signal: AbortSignal): Promise<CacheEnd> {
  const talk = talkOf(wait)
  const search = newSearch(wait, talk)
  wait.search = search
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const reading = readOn(wait, until)
  // It is waited for at the end; until then nobody listens.
  reading.catch(() => undefined)
  try {
    if (!(await knowsPaths(wait, search, until))) return { kind: 'unknown', search }
    for (const words of search.disagreements()) wait.warn(words)
    search.choose()
    return await Promise.race([walked(wait, until), watchUploads(wait, { search, talk }, until)])
  } catch (error) {
    if (error instanceof AbandonedWait) return { kind: 'abandoned', diagnoses: error.diagnoses }
    throw error
  } finally {
    over.abort(new Error('The caches are not asked any more.'))
    await reading
  }
}

/** A path that is known before the CI is done may be all there is to wait for: an older run may have built it. */
async function knowsPaths(wait: Wait, search: PathSearch, signal: AbortSignal): Promise<boolean> {
  if (await findPathsEarly(wait, search, signal)) return true
  return wait.ci?.kind === 'built' && (await findPaths(wait, search, signal))
}

/** What the instance writes into its checks once they are green. */
async function readOn(wait: Wait, signal: AbortSignal): Promise<void> {
  const { inputs, world, texts } = wait
  if (inputs.provider !== 'garnix') return
  try {
    while (wait.ci === undefined) await wait.pause(CI_PAUSE_MS, signal)
    if (wait.ci.kind !== 'built') return
    const names = inputs.targets.map(({ name }) => checkNameOf(name))
    const following = { texts, names, reader: wait.github.reader, ...world }
    await followTexts(following, { deadline: wait.cacheDeadline, signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function walked(wait: Wait, signal: AbortSignal): Promise<CacheVerdict> {
  const { inputs, world, cacheDeadline: deadline } = wait
  const roots = inputs.targets.map(({ name }) => wait.path(name)).filter((path) => path !== undefined)
  const closure = newClosure([...new Set(roots)])
  wait.closure = closure
  const until = { deadline, signal, hurry: wait.ciDone.signal }
  const verdict = await waitForClosure(closure, { rules: inputs, world }, until)
  if (verdict.kind === 'complete') wait.completeMs = world.clock.now()
  for (const { cache, words } of verdict.troubles) wait.warn(`${cache}: ${words}.`)
  return verdict
}
