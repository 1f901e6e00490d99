/** The half of the wait that looks whether everything can be fetched. */
import { AbandonedWait, watchUploads } from './uploadwatch.ts'
import { followTexts } from './checktexts.ts'
import { checkNameOf } from './garnixverdict.ts'
import { waitForClosure, type CacheVerdict } from './cachewait.ts'
import { newClosure } from './closure.ts'
import type { Diagnosis } from './seen.ts'
import { findPaths, newSearch } from './pathhalf.ts'
import { talkOf } from './talk.ts'
import type { PathSearch } from './pathsearch.ts'
import type { Wait } from './waiting.ts'

export type CacheEnd =
  | CacheVerdict
  /** Why waiting is no use, though the build has succeeded. */
  | { readonly kind: 'abandoned'; readonly diagnoses: readonly Diagnosis[] }
  /** No store path, or not all: nothing was looked for. */
  | { readonly kind: 'unknown'; readonly search: PathSearch }

/** Ends when everything can be fetched, or, some time after the CI, when it cannot. Rejects with the signal's reason. */
export async function askCaches(wait: Wait, signal: AbortSignal): Promise<CacheEnd> {
  const { inputs } = wait
  const talk = talkOf(wait)
  const search = newSearch(wait, talk)
  wait.search = search
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const reading = readOn(wait, until)
  // It is waited for at the end; until then nobody listens.
  reading.catch(() => undefined)
  try {
    if (inputs.targets.some(({ storePath }) => storePath === undefined)) {
      await ciOf(wait, until)
      if (wait.ci?.kind !== 'built' || !(await findPaths(wait, search, until)))
        return { kind: 'unknown', search }
    }
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

/** What the instance writes into its checks once they are green. */
async function readOn(wait: Wait, signal: AbortSignal): Promise<void> {
  const { inputs, world, texts } = wait
  if (inputs.provider !== 'garnix') return
  try {
    await ciOf(wait, signal)
    if (wait.ci?.kind !== 'built') return
    const names = inputs.targets.map(({ name }) => checkNameOf(name))
    const following = { texts, names, reader: wait.github.reader, ...world }
    await followTexts(following, { deadline: wait.cacheDeadline, signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function ciOf({ ciDone }: Wait, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ciDone.signal.aborted) return
  await new Promise<void>((resolve, reject) => {
    ciDone.signal.addEventListener('abort', () => {
      resolve()
    })
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })
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
