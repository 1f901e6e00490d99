/** What GitHub thinks of merging a pull request now. */
import type { PullRequestState } from './records.ts'
import type { RepositoryState } from './repository.ts'
import { rulesFor } from './rules.ts'

export function mergeStateOf(
  state: RepositoryState,
  pull: PullRequestState,
): 'draft' | NonNullable<PullRequestState['mergeState']> {
  if (pull.mergeState !== undefined) return pull.mergeState
  if (pull.isDraft) return 'draft'
  const runs = state.runs.filter(({ sha }) => sha === pull.headSha)
  const isGreen = (name: string) => runs.some((run) => run.name === name && run.conclusion === 'success')
  const blocks = rulesFor(state, pull.base).some(
    ({ type, checks }) =>
      type === 'pull_request' || (type === 'required_status_checks' && !checks.every(isGreen)),
  )
  if (blocks) return 'blocked'
  return runs.some(({ conclusion }) => conclusion !== 'success') ? 'unstable' : 'clean'
}
