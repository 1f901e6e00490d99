import type { FlakeUpdate } from './facts.ts'
import type { Chosen } from './groups.ts'
import { rootInputs } from './lock.ts'
import { changesBetween } from './lockdiff.ts'
import type { Setting } from './setting.ts'
import type { FlakeSource } from './sources.ts'

/** The locks of all flakes as they are once these inputs are updated, as far as the cooldown lets them. */
export async function computed(chosen: Chosen, setting: Setting): Promise<readonly FlakeUpdate[]> {
  const updates: FlakeUpdate[] = []
  for (const source of setting.sources) updates.push(await oneComputed(source, chosen, setting))
  return updates
}

async function oneComputed(
  source: FlakeSource,
  chosen: Chosen,
  { engine, cooling, world }: Setting,
): Promise<FlakeUpdate> {
  const names = chosen.get(source.flake)
  const inputs = rootInputs(source.lock).filter(({ path }) => names?.includes(path) === true)
  const { update, pins, words } = await cooling.cooled(inputs)
  const asked = [...update, ...pins.keys()]
  const place = {
    flake: source.flake,
    lockPath: source.lockPath,
    before: source.lock,
    beforeText: source.lockText,
  }
  if (asked.length === 0)
    return { ...place, ...NOTHING, after: source.lock, afterText: source.lockText, cooled: words }
  world.log.info(`Updating ${asked.join(', ')} of ${source.lockPath} …`)
  const { after, afterText, failed, heldBack } = await engine.update(source, { update, pins })
  const changes = changesBetween(source.lock, after)
  return { ...place, ...NOTHING, after, afterText, changes, failed, heldBack, cooled: words }
}

const NOTHING = { changes: [], failed: [], heldBack: [], suppressed: [] } as const

/** A lock that another Nix only writes down differently is none to propose. */
export function hasChanged({ changes }: FlakeUpdate): boolean {
  return changes.length > 0
}
