import { bootBox } from './box.ts'
import type { Box, Disk } from './box.ts'

/**
 * Boots boxes that all begin alike, as `prepare` leaves the first one: what takes a deploy or two to get to is got to
 * once. What that had in memory, such as /run, no other has. It stays, switched off, until this process ends.
 */
export function alike(prepare: () => Promise<Box>): () => Promise<Box> {
  let disk: Promise<Disk> | undefined
  return async () => {
    disk ??= prepare().then((box) => box.freeze())
    return bootBox({ disk: await disk })
  }
}
