import { deadlineIn } from '../shared/deadline.ts'
import { GitHubClient, type Patience } from '../shared/github.ts'
import type { GitHubAnswer } from '../shared/ports.ts'
import type { World } from './world.ts'

/** GitHub may make one wait: a primary rate limit ends within the hour. */
const PATIENCE_MS = 3_600_000
/** With their pauses, five minutes of a GitHub that is out of order; twice that if it does not answer at all. */
const ATTEMPTS = 12
/** Of what a run that is canceled still asks: the runner kills it ten seconds after it has canceled it. */
const LAST_MS = 3_000

/**
 * One request to GitHub about this repository, unless `owner` and `repo` say another. Whatever may pass is asked again,
 * but a POST, or what is to be asked `once`, only if GitHub surely did nothing. Refusals are answers.
 * @throws GitHubUnavailable (an `ActionError`) if there is no answer
 */
export type Ask = (
  route: string,
  parameters?: Readonly<Record<string, unknown>>,
  how?: 'once',
) => Promise<GitHubAnswer>

export interface GitHub {
  readonly ask: Ask
  /** The same for what must not be left behind: it is asked for once more, in seconds, when the run is canceled. */
  readonly askAtLast: Ask
}

type Asking = Pick<World, 'githubWith' | 'clock' | 'log' | 'random' | 'cancel' | 'repository'>

export function githubOf(token: string, world: Asking): GitHub {
  const client = new GitHubClient({ ...world, github: world.githubWith(token) })
  const patience = {
    deadline: deadlineIn(world.clock, PATIENCE_MS),
    attempts: ATTEMPTS,
    signal: world.cancel,
  }
  const askWith =
    (patienceNow: () => Patience): Ask =>
    (route, parameters = {}, how) => {
      const whole = route === 'POST /graphql' ? parameters : { ...world.repository, ...parameters }
      const once = how === undefined ? {} : { isOnce: true }
      return client.ask({ route, parameters: whole, ...once }, patienceNow())
    }
  const ask = askWith(() => patience)
  const last = askWith(() => ({
    deadline: deadlineIn(world.clock, LAST_MS),
    signal: new AbortController().signal,
  }))
  return {
    ask,
    askAtLast: evenCanceled({ ask, last }, world.cancel),
  }
}

/** Canceled before or while it asks, it asks by `last`. */
export function evenCanceled(
  { ask, last }: { readonly ask: Ask; readonly last: Ask },
  cancel: AbortSignal,
): Ask {
  return async (...asked) => {
    try {
      return await ask(...asked)
    } catch (error) {
      if (!cancel.aborted) throw error
      return last(...asked)
    }
  }
}
