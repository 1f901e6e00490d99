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
  const look = async (): Promise<boolean> => {
    const { code, stdout, stderr } = await box.run(['python3', '-IS', '-'], { input: program })
    // A box may reboot by itself while it is asked.
    found = code === 0 ? stdout.trimEnd() : `nobody could look: exit code ${code}\n${stdout}${stderr}`
    return found === ''
  }
  // At least once, however short the time.
  if (!(await look())) await until(timeoutMs, look, 1_000)
  return found
}
