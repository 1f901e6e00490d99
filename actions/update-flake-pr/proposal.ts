import type { FlakeUpdate, Proposal } from './facts.ts'
import { historiesOf } from './histories.ts'
import { rootInputs } from './lock.ts'
import type { Setting } from './setting.ts'
import { upstreamsOf } from './upstreams.ts'

/** With what the upstreams say of their commits and of themselves. */
export async function proposalOf(flakes: readonly FlakeUpdate[], setting: Setting): Promise<Proposal> {
  const { inputs, world, upstreams, token } = setting
  const references = flakes
    .flatMap(({ after }) => rootInputs(after))
    .map(({ locked }) => locked)
    .filter((locked) => locked !== undefined)
  const [historyOf, upstreamOf] = await Promise.all([
    historiesOf(
      flakes.flatMap(({ changes }) => changes),
      upstreams,
    ),
    upstreamsOf(references, upstreams),
  ])
  return {
    ...{ flakes, historyOf, upstreamOf, token },
    isEnterprise: !/(?:^github|\.ghe)\.com$/.test(new URL(world.serverUrl).host),
    dispatched: inputs.dispatchWorkflows,
    nowS: Math.floor((world.epochMs + world.clock.now()) / 1_000),
  }
}
