import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { holderOf } from './holder.ts'
import { must } from './process.ts'
import type { Slot } from './slots.ts'

/** What a box can begin with: folders for overlayfs, upper first. */
export type Disk = readonly string[]

/** The disk of a box that is switched off, as it is now; it goes with the box. */
export async function diskOf(slot: Slot): Promise<Disk> {
  const frozen = join(slot.folder, 'frozen')
  const upper = `/proc/${String(holderOf(slot))}/root${slot.folder}/disk/upper`
  await must(['cp', '-a', upper, frozen])
  return [frozen, ...readFileSync(join(slot.folder, 'lower'), 'utf8').split(':')]
}
