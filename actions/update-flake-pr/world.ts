import type { NixRelease } from '../shared/nixrelease.ts'
import type {
  Clock,
  Fetch,
  Files,
  GitHubRequest,
  Log,
  Outputs,
  Random,
  RunProgram,
  Summary,
} from '../shared/ports.ts'

/** A Nix that can be started: the beginning of its argv, and what its environment needs. */
export interface Nix {
  /** `['nix']`, or a loader and its arguments. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Puts a release of Nix into the runner's tool cache; `undefined` = the release that is pinned here. */
export type InstallNix = (release: NixRelease | undefined, signal: AbortSignal) => Promise<Nix>

export interface World {
  readonly run: RunProgram
  readonly fetch: Fetch
  readonly githubWith: (token: string) => GitHubRequest
  readonly files: Files
  readonly installNix: InstallNix
  readonly clock: Clock
  readonly log: Log
  readonly random: Random
  readonly outputs: Outputs
  readonly summary: Summary
  /** The machine's NIX_CONFIG; `''` if there is none. It may hold tokens. */
  readonly nixConfig: string
  /** Aborted when the run is canceled. */
  readonly cancel: AbortSignal
  readonly repository: { readonly owner: string; readonly repo: string }
  /** Of the checkout. */
  readonly workspace: string
  /** `https://github.com`, or that of an Enterprise server, and its API. */
  readonly serverUrl: string
  readonly apiUrl: string
  /** The page of this run. */
  readonly runUrl: string | undefined
  /** What to add to the clock for milliseconds since 1970. */
  readonly epochMs: number
}
