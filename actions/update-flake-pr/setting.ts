/** What is known before the first lock is computed: whatever can be wrong is told here, with nothing touched. */
import { ActionError } from '../shared/errors.ts'
import { githubOf, type Ask } from './asking.ts'
import { checkCheckout, type Blob } from './checkout.ts'
import { Cooling } from './cooldown.ts'
import { Engine } from './engine.ts'
import type { TokenFacts } from './facts.ts'
import type { Upstreams } from './forges.ts'
import type { Chosen } from './groups.ts'
import type { Inputs } from './inputs.ts'
import { isUnanswered, patiently } from './lost.ts'
import { findNix } from './nixprogram.ts'
import { readRepository, type Repository } from './repository.ts'
import { selectInputs } from './selection.ts'
import { readSources, type FlakeSource } from './sources.ts'
import { tokenFactsOf } from './tokenfacts.ts'
import type { World } from './world.ts'

export interface Setting extends AsyncDisposable {
  readonly inputs: Inputs
  readonly world: World
  readonly sources: readonly FlakeSource[]
  readonly chosen: Chosen
  readonly ask: Ask
  readonly askAtLast: Ask
  readonly token: TokenFacts
  readonly repository: Repository
  readonly blobs: readonly Blob[]
  readonly engine: Engine
  readonly cooling: Cooling
  /** How upstreams are asked. */
  readonly upstreams: Upstreams
}

/** Disposing it removes what Nix had for itself. */
export async function prepared(inputs: Inputs, world: World): Promise<Setting> {
  const sources = await readSources(inputs.flakes, world)
  const chosen = selectInputs(sources, inputs.selection, inputs.cooldown.exempt)
  const { ask, askAtLast } = githubOf(inputs.token, world)
  const token = await patiently(() => tokenFactsOf(inputs.token, ask), isUnanswered, world)
  checkTeams(inputs, token)
  const repository = await readRepository(inputs.base, ask)
  checkBranches(inputs, repository)
  checkAutoMerge(inputs, repository)
  const blobs = await checkCheckout(sources, repository, ask)
  const nix = await findNix(inputs, world)
  const upstreams = { ...world, ask, accessTokens: inputs.accessTokens }
  return {
    ...{ inputs, world, sources, chosen, ask, askAtLast, token, repository, blobs },
    ...{ upstreams, cooling: new Cooling(inputs.cooldown, upstreams) },
    engine: new Engine(nix, inputs, world),
    [Symbol.asyncDispose]: () => nix[Symbol.asyncDispose](),
  }
}

function checkTeams({ people }: Inputs, { kind }: TokenFacts): void {
  if (people.teamReviewers.length === 0 || kind !== 'github-token') return
  throw new ActionError(
    `'team-reviewers' is ${people.teamReviewers.join(', ')}: GITHUB_TOKEN cannot see the teams of an organization.`,
    { hint: "Give 'token' that of a GitHub App, or a personal one." },
  )
}

function checkBranches({ branch }: Inputs, { base }: Repository): void {
  if (branch === base.name)
    throw new ActionError(`'branch' is '${branch}', the branch that is proposed to.`, {
      hint: 'A pull request leads from one branch to another: give it a name of its own.',
    })
}

/** What GitHub does not say to this token it will say when it is asked to. */
function checkAutoMerge({ autoMerge }: Inputs, { allowsAutoMerge, allowedMethods }: Repository): void {
  if (autoMerge === 'off') return
  if (allowsAutoMerge === false)
    throw new ActionError(`'auto-merge' is '${autoMerge}', and the repository does not allow auto-merge.`, {
      hint: 'Settings → General → Pull Requests → "Allow auto-merge".',
    })
  if (allowedMethods?.includes(autoMerge) === false)
    throw new ActionError(
      `'auto-merge' is '${autoMerge}', and the repository allows only: ${allowedMethods.join(', ')}.`,
      { hint: 'Settings → General → Pull Requests has the methods to merge by.' },
    )
}
