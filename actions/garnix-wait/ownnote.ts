/** The note of the commit that is waited for, as a route to its store paths. */
import { deadlineIn } from '../shared/deadline.ts'
import { ActionError, messageOf } from '../shared/errors.ts'
import { GitHubUnavailable } from '../shared/github.ts'
import type { NoteAnswer } from './routes.ts'
import type { Wait } from './waiting.ts'

/** Others have their turn after it, whatever GitHub does. */
const ANSWER_MS = 20_000
const ATTEMPTS = 2
/** Between two looks: each takes requests, of which a token has few; where there is a CI, there are other routes. */
const PAUSE_MS = 300_000
const PAUSE_WITHOUT_CI_MS = 30_000

interface Look {
  readonly answer: NoteAnswer
  readonly atMs: number
  /** With the CI the last thing that could have come of the commit is over. */
  readonly isLast: boolean
}

/** What of the wait it depends on. */
export type Around = Pick<Wait, 'inputs' | 'notes' | 'ci' | 'deadline'> & {
  readonly world: Pick<Wait['world'], 'clock'>
}

export class OwnNote {
  readonly #wait: Around
  #look: Look | undefined

  constructor(wait: Around) {
    this.#wait = wait
  }

  /** Rejects with the signal's reason only. */
  async ask(signal: AbortSignal = new AbortController().signal): Promise<NoteAnswer> {
    const { inputs, world, ci } = this.#wait
    // A path that anybody may have written down must not be signed for it.
    if (inputs.recording !== undefined) return silent('this run writes it, and believes none', true)
    // Whoever may push can write it; what the reviewers of a pull request are shown is what its CI has built.
    if (inputs.comment) return silent('what a pull request is told is not taken from it', true)
    if (inputs.token === '') return silent("there is no 'token' to read it with", true)
    const isLast = inputs.provider !== 'none' && ci !== undefined
    this.#look = this.#freshLook(isLast) ?? {
      answer: await this.#asked(isLast, signal),
      atMs: world.clock.now(),
      isLast,
    }
    return this.#look.answer
  }

  #freshLook(isLast: boolean): Look | undefined {
    const { inputs, world } = this.#wait
    const pauseMs = inputs.provider === 'none' ? PAUSE_WITHOUT_CI_MS : PAUSE_MS
    const look = this.#look
    return look?.isLast === isLast && world.clock.now() - look.atMs < pauseMs ? look : undefined
  }

  async #asked(isLast: boolean, signal: AbortSignal): Promise<NoteAnswer> {
    const { inputs, notes, world, deadline } = this.#wait
    const ms = Math.min(ANSWER_MS, deadline.remainingMs())
    const patience = { deadline: deadlineIn(world.clock, ms), attempts: ATTEMPTS, signal }
    try {
      const text = await notes.textOf(inputs.sha, patience)
      if (text !== '' || (await notes.areThere(patience))) return { text, isFinal: isLast }
      return silent('no commit of this repository has one', true)
    } catch (error) {
      if (!(error instanceof ActionError)) throw error
      const isFinal = isLast || !(error instanceof GitHubUnavailable)
      return silent(messageOf(error).replace(/\.$/, ''), isFinal)
    }
  }
}

function silent(words: string, isFinal: boolean): NoteAnswer {
  return { text: undefined, words, isFinal }
}
