import type { ActionError } from '../shared/errors.ts'
import { objectIn, textIn } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import { problemOf } from './lost.ts'
import type { PublishWorld } from './publishing.ts'
import type { Pull } from './pulls.ts'
import { carryOut, withWords } from './pullwords.ts'
import { deleteOwn } from './refs.ts'
import { stateComment } from './state.ts'

/** `kept`: somebody pushed to its branch in the meantime, and nothing was changed. */
export interface Withdrawn {
  readonly status: 'closed' | 'kept'
  readonly words: string
  readonly problems: readonly ActionError[]
}

const PERMISSION = 'pull-requests: write'

/**
 * Closes a pull request that is obsolete and this action's alone, with a comment, and deletes its branch. `why` is
 * Markdown. The comment comes first: whoever hears that it was closed finds the reason there.
 */
export async function withdraw(pull: Pull, why: string, world: PublishWorld): Promise<Withdrawn> {
  const { number, url } = pull
  const now = await nowOf(pull, world.ask)
  if (!now.isOpen)
    return { status: 'closed', words: `Pull request #${number} (${url}) is closed already.`, problems: [] }
  if (now.headSha !== pull.headSha)
    return {
      status: 'kept',
      words: `Pull request #${number} (${url}) is obsolete, and stays: somebody pushed to its branch just now.`,
      problems: [],
    }
  const silent = await problemOf(() => comment(pull, why, world.ask))
  await close(pull, world.ask)
  const left = await problemOf(() => deleteOwn(pull.branch, pull.headSha, world.ask))
  return {
    status: 'closed',
    words: `Pull request #${number} (${url}) is obsolete, and closed.`,
    problems: [silent, left].filter((problem) => problem !== undefined),
  }
}

async function nowOf({ number }: Pull, ask: Ask) {
  const answer = await carryOut(ask, 'GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    doing: `show pull request #${number}`,
    permission: 'pull-requests: read',
    parameters: { pull_number: number },
  })
  const now = objectIn(answer)
  return { isOpen: now?.['state'] === 'open', headSha: textIn(objectIn(now?.['head'])?.['sha']) }
}

async function comment({ number, url }: Pull, body: string, ask: Ask): Promise<void> {
  const problem = await problemOf(() =>
    carryOut(ask, 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      doing: `say on pull request #${number} why it is closed`,
      permission: PERMISSION,
      parameters: { issue_number: number, body },
    }),
  )
  if (problem !== undefined) throw withWords(problem, `${url} is closed without a word.`)
}

/**
 * It proposes nothing any more, so that its end is nobody's no to anything: a personal token closes as a person does.
 */
async function close({ number, body, state }: Pull, ask: Ask): Promise<void> {
  const forgotten =
    state === undefined
      ? {}
      : { body: body.replace(stateComment(state), () => stateComment({ ...state, proposed: [] })) }
  const problem = await problemOf(() =>
    carryOut(ask, 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      doing: `close pull request #${number}`,
      permission: PERMISSION,
      parameters: { pull_number: number, state: 'closed', ...forgotten },
    }),
  )
  if (problem !== undefined) throw withWords(problem, 'It is obsolete and still open.')
}
