/** GitHub's own auto-merge, which waits for what the base demands. Nothing here ever merges by itself. */
import { ActionError } from '../shared/errors.ts'
import { graphql } from './graphqlanswer.ts'
import { isUnknownYet, patiently, problemOf } from './lost.ts'
import { GitHubRefused } from './pullwords.ts'
import type { Wished, PublishWorld } from './publishing.ts'
import type { Pull } from './pulls.ts'
import type { MergeMethod } from './repository.ts'

const MUTATION = `mutation ($input: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $input) { clientMutationId }
}`

export async function enableAutoMerge(
  pull: Pull,
  desired: Wished,
  world: PublishWorld,
): Promise<readonly ActionError[]> {
  const { options, token } = desired
  const method = options.autoMerge
  if (method === 'off') return []
  const problem = await problemOf(() => patiently(() => enabled(pull, method, world), isUnknownYet, world))
  if (problem !== undefined) return [explained(problem, pull)]
  world.log.info(
    `GitHub merges pull request #${pull.number} (${method}) when all that the base demands is there.`,
  )
  if (token.kind === 'github-token')
    world.log.warning(
      "The merge will start no workflow, for it is done for github.token. Give 'token' an App's token or a personal one if it should.",
    )
  return []
}

function enabled({ nodeId, headSha, number }: Pull, method: MergeMethod, { ask }: PublishWorld) {
  const input = { pullRequestId: nodeId, mergeMethod: method.toUpperCase(), expectedHeadOid: headSha }
  return graphql(ask, {
    doing: `enable auto-merge of pull request #${number}`,
    permission: 'contents: write and pull-requests: write',
    query: MUTATION,
    variables: { input },
  })
}

/** https://docs.github.com/en/pull-requests/how-tos/merge-and-close-pull-requests/automatically-merging-a-pull-request */
const MEANINGS: readonly { readonly says: RegExp; readonly words: string; readonly hint: string }[] = [
  {
    says: /clean status/i,
    words: 'there is nothing to wait for',
    hint: 'Nothing that the base demands is missing, so GitHub would merge at once. Let a rule of the base demand a check or a review, or merge it by hand.',
  },
  {
    says: /unstable status/i,
    words: 'a check that no rule demands has failed or goes on',
    hint: 'Let a rule of the base demand the checks that matter; GitHub waits for those alone.',
  },
  {
    says: /protected branch rules not configured/i,
    words: 'no rule of the base demands anything',
    hint: 'Let a rule of the base (Settings → Rules) demand a check or a review, for auto-merge to wait for.',
  },
  {
    says: /auto[- ]?merge is not allowed/i,
    words: 'the repository does not allow it',
    hint: "Turn on 'Allow auto-merge' under Settings → General → Pull Requests.",
  },
  {
    says: /merges are not allowed|commits are not allowed/i,
    words: 'the repository does not allow this method',
    hint: "Choose another 'auto-merge', or change it under Settings → General → Pull Requests.",
  },
  {
    says: /can't enable auto-merge/i,
    words: 'it is a draft, or closed',
    hint: 'Mark it as ready for review first.',
  },
  {
    says: /head branch was modified/i,
    words: 'somebody pushed to its branch just now',
    hint: 'The next run tries again if the branch is still its own.',
  },
]

function explained(problem: ActionError, { number, url }: Pull): ActionError {
  const said = problem instanceof GitHubRefused ? problem.said : ''
  const meaning = MEANINGS.find(({ says }) => says.test(said))
  if (meaning === undefined) return problem
  return new ActionError(
    `Pull request #${number} (${url}) does not get auto-merge: ${meaning.words}. GitHub says: '${said}'.`,
    { hint: meaning.hint, cause: problem },
  )
}
