/** The half of the wait that asks what the CI says. */
import type { CiEnd } from './ciwatch.ts'
import { watchChecks } from './ciwatch.ts'
import { checkNameOf } from './garnixverdict.ts'
import { checksLookout, garnixLookout, type Lookout } from './lookout.ts'
import type { Patience } from '../shared/github.ts'
import type { Wait } from './waiting.ts'

/** Ends with what the CI said, which the wait knows by then. Rejects with the signal's reason. */
export async function askCi(wait: Wait, signal: AbortSignal): Promise<CiEnd> {
  const end = wait.inputs.provider === 'none' ? NO_CI : await watched(wait, signal)
  wait.endCi(end)
  return end
}

const NO_CI: CiEnd = { kind: 'built', runs: new Map() }

async function watched(wait: Wait, signal: AbortSignal): Promise<CiEnd> {
  const { client, reader } = wait.github
  const lookout = noting(lookoutOf(wait), wait)
  wait.lookout = lookout
  const { clock, log } = wait.world
  const world = { lookout, reader, clock, log, spent: () => client.counted }
  return watchChecks(world, wait.inputs.limits, wait.patience(signal))
}

function lookoutOf({ inputs, github: { reader } }: Wait): Lookout {
  const { provider, targets, checkNames, appSlug } = inputs
  if (provider === 'checks') return checksLookout({ names: checkNames, appSlug }, reader)
  return garnixLookout({ names: targets.map(({ name }) => checkNameOf(name)), appSlug }, reader)
}

/** What is seen of the runs tells of uploads and of the instance as well. */
function noting(lookout: Lookout, wait: Wait): Lookout {
  return {
    ...lookout,
    look: async (patience: Patience) => {
      const verdict = await lookout.look(patience)
      wait.texts.note(lookout.seen())
      return verdict
    },
  }
}
