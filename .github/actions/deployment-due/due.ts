/**
 * Whether the tip of a branch has yet to be deployed, by what GitHub has recorded of an environment's deployments, and of
 * the runs that never came so far.
 */
import { ActionError } from '../../../actions/shared/errors.ts'
import { GitHubUnavailable } from '../../../actions/shared/github.ts'
import type { ReadInput } from '../../../actions/shared/ports.ts'
import { parseWith } from '../../../actions/shared/inputs.ts'
import { Asking, SHA, type Run, type Where, type World } from './asking.ts'

export interface Inputs {
  readonly token: string
  readonly environment: string
  readonly sha: string
  readonly branch: string
}

/** `concern`: somebody has to look at it. */
export interface Verdict {
  readonly isDue: boolean
  readonly reason: string
  readonly concern?: true
}

export function parseInputs(read: ReadInput): Inputs {
  return parseWith(read, (reader) => ({
    token: reader.required('token'),
    environment: reader.required('environment'),
    sha: reader.matching('sha', SHA),
    branch: reader.required('branch'),
  }))
}

/** @throws ActionError where GitHub refuses, or says what nobody knows: what is not known is not taken for due */
export async function verdictOn(inputs: Inputs, where: Where, world: World): Promise<Verdict> {
  try {
    return await verdictBy(new Asking(inputs, where, world), inputs)
  } catch (error) {
    if (!(error instanceof GitHubUnavailable)) throw error
    // Not red: a red run would keep all hours after it from deploying this tip.
    world.log.info(error.message)
    return { ...not('GitHub did not say what became of it, and the next hour asks again'), concern: true }
  }
}

async function verdictBy(asking: Asking, inputs: Inputs): Promise<Verdict> {
  const tip = await asking.tip()
  if (tip !== inputs.sha)
    return not(`the tip moved to ${tip} since this run began: its own run or the next hour deploys it`)
  const newest = await asking.newestDeployment()
  if (newest !== undefined) return verdictOf(await asking.statesOf(newest))
  return (
    verdictOnRuns(await asking.earlierRuns()) ?? { isDue: true, reason: 'Due: it was never deployed there.' }
  )
}

/** @param states of the tip's newest deployment, the newest first */
function verdictOf(states: readonly string[]): Verdict {
  // GitHub writes `inactive` over it as soon as something else is deployed.
  if (states.includes('success')) return not('it is deployed')
  const [newest = 'pending'] = states
  if (newest === 'waiting') return not('its deployment waits for an approval')
  if (UNDER_WAY.includes(newest)) return not('its deployment is under way')
  if (!ENDED.includes(newest))
    throw new ActionError(`GitHub says that the tip's deployment is '${newest}', which is no known state.`, {
      hint: 'Nothing is deployed by what is not understood; a newer version of this action may know it.',
    })
  const advice = 'look at its run, then re-run it or push'
  const reason = `its deployment did not succeed (${newest}) and is not repeated every hour: ${advice}`
  return { ...not(reason), concern: true }
}

const UNDER_WAY = ['queued', 'in_progress', 'pending']
const ENDED = ['failure', 'error', 'inactive']

/**
 * A commit whose CI is red is never deployed: without a look at the runs, every hour would wait for it and end red.
 * Who or what canceled one had a reason, a rollback that took its place in the queue for instance: that is no cause to begin
 * again.
 * @param runs for the tip; where one is under way, how the others ended does not matter
 * @returns `undefined` where none of them speaks against it; one that found nothing to do succeeded, and does not
 */
export function verdictOnRuns(runs: readonly Run[]): Verdict | undefined {
  const counting = runs.filter(({ event }) => EVENTS.includes(event))
  const open = counting.find(({ status }) => status !== 'completed')
  if (open !== undefined) return not(`a run for it is under way, ${open.address}`)
  const bad = counting.find(({ conclusion }) => !HARMLESS.includes(conclusion))
  if (bad === undefined) return undefined
  const ended = bad.conclusion === 'cancelled' ? 'was canceled' : `did not succeed (${bad.conclusion})`
  const advice = 'look at it, then re-run it, start one by hand or push'
  const reason = `a run for it ${ended} and is not repeated every hour, ${bad.address}: ${advice}`
  return { ...not(reason), concern: true }
}

/** A run by hand has the tip as its commit, whatever commit it was asked to deploy. */
const EVENTS = ['push', 'schedule']
const HARMLESS = ['success', 'neutral', 'skipped']

function not(why: string): Verdict {
  return { isDue: false, reason: `Not due: ${why}.` }
}
