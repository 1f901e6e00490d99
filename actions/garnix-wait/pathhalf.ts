/** The half of the wait that asks which store paths there are to wait for. */
import { evalRoute } from './evalroute.ts'
import { checkNameOf } from './garnixverdict.ts'
import { addressOf, Instance } from './instance.ts'
import type { InstanceAnswer } from './instanceanswer.ts'
import { PathSearch, type Route } from './pathsearch.ts'
import { apiRoute, recordedRoute, textRoute } from './routes.ts'
import type { Wait } from './waiting.ts'

/** Between two rounds of questions. */
const PAUSE_MS = 15_000
const EVAL_MS = 900_000

export type AskInstance = (signal?: AbortSignal) => Promise<InstanceAnswer>

export function newSearch(wait: Wait, askInstance: AskInstance): PathSearch {
  const { inputs, world } = wait
  const { workspace, run } = world
  const ofGarnix: readonly Route[] =
    inputs.provider === 'garnix'
      ? [apiRoute(askInstance), textRoute((name) => wait.texts.of(checkNameOf(name)))]
      : []
  const evaluation = evalRoute({ run, workspace, sha: inputs.sha, timeoutMs: EVAL_MS })
  return new PathSearch(inputs.targets, [recordedRoute, ...ofGarnix, evaluation])
}

/** The instance of the inputs, or the one the checks link to; what it says is kept. */
export function instanceOf(wait: Wait): AskInstance {
  const { inputs, world } = wait
  const { owner, repo } = world.repository
  const { credentials } = inputs.instance
  const instance = new Instance({ credentials, repository: `${owner}/${repo}`, sha: inputs.sha }, world)
  return async (signal) => {
    const links = inputs.targets.flatMap(({ name }) => wait.runOf(name)?.url ?? [])
    const answer = await instance.ask(addressOf(inputs.instance, links), signal)
    if (answer.kind === 'commit') wait.commit = answer.commit
    return answer
  }
}

/**
 * Asks all routes, again and again as long as one may still answer and there is time; also for what is known, as another
 * answer would be a warning. Resolves to whether every target has a path.
 */
export async function findPaths(wait: Wait, search: PathSearch, signal: AbortSignal): Promise<boolean> {
  const { targets } = wait.inputs
  for (;;) {
    await search.ask({ isDearToo: true, signal })
    const open = targets.filter(({ name }) => search.isOpen(name))
    if (open.length === 0 || wait.cacheDeadline.remainingMs() <= PAUSE_MS) break
    await wait.world.clock.sleep(PAUSE_MS, signal)
  }
  for (const words of search.disagreements()) wait.warn(words)
  return targets.every(({ name }) => search.path(name) !== undefined)
}
