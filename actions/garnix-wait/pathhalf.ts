/** The half of the wait that asks which store paths there are to wait for. */
import { evalRoute } from './evalroute.ts'
import { OwnNote } from './ownnote.ts'
import { PathSearch, type Route } from './pathsearch.ts'
import { apiRoute, recordedRoute, textRoute } from './routes.ts'
import type { Talk } from './talk.ts'
import type { Wait } from './waiting.ts'

/** Between two rounds of questions. */
const PAUSE_MS = 15_000
const EARLY_PAUSE_MS = 30_000
const EVAL_MS = 900_000

export function newSearch(wait: Wait, talk: Talk): PathSearch {
  const { inputs, world } = wait
  const { workspace, run } = world
  const note = new OwnNote(wait)
  const isGarnix = inputs.provider === 'garnix'
  const routes: readonly Route[] = [
    recordedRoute((signal) => note.ask(signal)),
    // Without checks of Garnix nothing links to an instance.
    ...(isGarnix || inputs.instance.url !== undefined ? [apiRoute((signal) => talk.ask(signal))] : []),
    ...(isGarnix ? [textRoute((name) => wait.textOf(name))] : []),
    evalRoute({
      ...{ run, workspace, sha: inputs.sha },
      // Read for each evaluation: the ones before it took their time.
      get timeoutMs() {
        return Math.max(1, Math.min(EVAL_MS, wait.cacheDeadline.remainingMs()))
      },
    }),
  ]
  return new PathSearch(inputs.targets, routes)
}

/**
 * Asks what costs nothing as long as the CI is not done: some instances know a path once they have evaluated, and all
 * know that of a commit they have built before. Resolves to whether every target has a path.
 */
export async function findPathsEarly(wait: Wait, search: PathSearch, signal: AbortSignal): Promise<boolean> {
  const isKnown = (): boolean => wait.inputs.targets.every(({ name }) => search.path(name) !== undefined)
  while (!isKnown() && wait.ci === undefined) {
    await wait.pause(EARLY_PAUSE_MS, signal)
    await search.ask({ isDearToo: false, signal })
  }
  return isKnown()
}

/**
 * Asks all routes, again and again as long as one may still answer and there is time; also for what is known, as another
 * answer would be a warning. Resolves to whether every target has a path.
 */
export async function findPaths(wait: Wait, search: PathSearch, signal: AbortSignal): Promise<boolean> {
  const { targets } = wait.inputs
  let told = ''
  for (;;) {
    await search.ask({ isDearToo: true, signal })
    const open = targets.filter(({ name }) => search.isOpen(name))
    const words = open.map(({ name }) => `The store path of ${name} is not known yet.\n${search.words(name)}`)
    if (words.join('\n') !== told) wait.world.log.info(words.join('\n'))
    told = words.join('\n')
    if (open.length === 0 || wait.cacheDeadline.remainingMs() <= PAUSE_MS) break
    await wait.world.clock.sleep(PAUSE_MS, signal)
  }
  return targets.every(({ name }) => search.path(name) !== undefined)
}
