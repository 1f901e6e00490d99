import { adviceFor, type Advice } from '../../actions/update-flake-pr/advice.ts'
import type { FlakeUpdate, Upstream } from '../../actions/update-flake-pr/facts.ts'
import { NEW_YEAR } from './locks.ts'

interface Known {
  /** By the name of the repository. */
  readonly upstreams?: Readonly<Record<string, Upstream>>
  readonly nowS?: number
}

export function advice(
  updates: readonly FlakeUpdate[],
  { upstreams = {}, nowS = NEW_YEAR }: Known = {},
): readonly Advice[] {
  return adviceFor(updates, { nowS, upstreamOf: ({ repo = '' }) => upstreams[repo] })
}
