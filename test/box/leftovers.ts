import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Box } from './box.ts'
import { until } from './holder.ts'

const program = readFileSync(join(import.meta.dirname, 'leftovers.py'), 'utf8')

/** Longer than anything takes that goes by itself, on a machine that is busy with other boxes too. */
const patienceMs = 20_000

/**
 * What finished deploys left on the host and the contract does not name, each with its reason, one a line: units,
 * timers, locks, GC roots, processes, files, generations, boot entries. Asked until it is gone or time is up.
 */
export async function leftovers(box: Box, timeoutMs = patienceMs): Promise<string> {
  let found = ''
  await until(timeoutMs, async () => {
    found = await box.must(['python3', '-IS', '-'], { input: program })
    return found === ''
  })
  return found
}
