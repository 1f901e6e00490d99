/** Notes on a fake GitHub, read and written through the real client, at fake time. */
import { createHash } from 'node:crypto'
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { GitHubClient, type Patience } from '../../actions/shared/github.ts'
import type { Random } from '../../actions/shared/ports.ts'
import { record } from '../../actions/garnix-wait/record.ts'
import type { NotedClosure, Writer } from '../../actions/garnix-wait/notemerge.ts'
import { GitHubNotes } from '../../actions/garnix-wait/notes.ts'
import { RecordingLog } from '../support/fakes.ts'
import { PatientClock } from '../support/patientclock.ts'

export const REPOSITORY = { owner: 'acme', repo: 'infra' }

export class NotesScene {
  readonly clock: PatientClock
  readonly log = new RecordingLog()
  readonly #latencyMs: number
  readonly #random: Random

  /** Several at once share a clock, and each draws its own lots. */
  constructor({ clock = new PatientClock(), latencyMs = 0, lot = 0 } = {}) {
    this.clock = clock
    this.#latencyMs = latencyMs
    let count = 0
    const drawn = () => createHash('sha256').update(`${lot} ${count++}`).digest('hex')
    this.#random = { hex: (bytes) => drawn().slice(0, 2 * bytes) }
  }

  patience(ms = 300_000): Patience {
    return { deadline: deadlineIn(this.clock, ms), signal: new AbortController().signal }
  }

  client(token = 'secret'): GitHubClient {
    const request = githubRequest(token)
    const github: typeof request = async (...asked) => {
      if (this.#latencyMs > 0) await this.clock.sleep(this.#latencyMs)
      return this.clock.working(() => request(...asked))
    }
    return new GitHubClient({ ...this.#world, github })
  }

  notes(token?: string): GitHubNotes {
    return new GitHubNotes(this.client(token), REPOSITORY)
  }

  /** Resolves to whether something was written, or to the error. */
  async record(
    closures: readonly NotedClosure[],
    { token, ms, ...writer }: Partial<Writer> & { sha: string; token?: string; ms?: number },
  ): Promise<boolean | Error> {
    const patience = this.patience(ms)
    const whole = { isReplacing: false, signer: undefined, ...writer, patience }
    const world = { ...this.#world, client: this.client(token), repository: REPOSITORY }
    return record(closures, whole, world).catch((error: unknown) => error as Error)
  }

  get #world() {
    return { clock: this.clock, log: this.log, random: this.#random }
  }
}
