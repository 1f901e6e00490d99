import type {
  Clock,
  Fetch,
  GitHubRequest,
  Log,
  Outputs,
  Random,
  RunProgram,
  Summary,
} from '../shared/ports.ts'

/** What the action asks of the world. */
export interface World {
  readonly fetch: Fetch
  readonly githubWith: (token: string) => GitHubRequest
  readonly run: RunProgram
  readonly clock: Clock
  readonly log: Log
  readonly random: Random
  readonly outputs: Outputs
  readonly summary: Summary
  /** Aborted when the run is canceled. */
  readonly cancel: AbortSignal
  readonly repository: { readonly owner: string; readonly repo: string }
  /** Of GitHub's pages, without a slash at its end. */
  readonly serverUrl: string
  /** The name of the event that started the run. */
  readonly event: string
  /** Where a checkout would be. */
  readonly workspace: string
  /** What has to be added to the clock's milliseconds for those of `parseInstant`. */
  readonly epochMs: number
}
