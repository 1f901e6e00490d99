import type { Box } from '../box.ts'
import { until } from '../holder.ts'
import { inside } from './inside.ts'
import type { PlannedFault } from './plan.ts'

/** Longer than any way to an end, on a machine that is busy. */
const endSeconds = 200
/** What inside.py ends with when something will not happen; whoever is killed by a reboot ends otherwise. */
const never = 3

/** Resolves with the deploy's id, or ''; with undefined if the moment will not come. */
export async function momentOf(
  { after, ms }: PlannedFault['at'],
  known: readonly string[],
  { box, over }: { box: Box; over: Promise<unknown> },
): Promise<string | undefined> {
  let id = ''
  if (after !== 'begin' && after !== 'fault') {
    const found = await Promise.race([seen(box, known, after), over.then(() => undefined)])
    if (found === undefined) return undefined
    id = found
  }
  await new Promise((resolve) => setTimeout(resolve, ms))
  return id
}

/** Looks on through any number of reboots. */
async function seen(box: Box, known: readonly string[], after: string): Promise<string | undefined> {
  let id: string | undefined
  await until(endSeconds * 1000, async () => {
    const { code, stdout } = await inside(box, 'moment', known, after, endSeconds)
    if (code === 0) id = stdout.trim()
    return code === 0 || code === never
  })
  return id
}

interface Settled {
  /** What is not over in the end. */
  readonly problems: string[]
  /** The trial that waits for its boot, or ''. */
  readonly waiting: string
}

/** Waits until every deploy of the host is over, or waits for a boot. */
export async function settled(box: Box): Promise<Settled> {
  let answer: Settled = { problems: ['it does not end: the box is switched off'], waiting: '' }
  await until(endSeconds * 1000, async () => {
    // A box that goes down meanwhile is asked again when it is up; whatever cut it off is over.
    if (!box.isRunning()) return false
    await box.link('up')
    const { code, stdout } = await inside(box, 'settled', endSeconds)
    const said = stdout.trim()
    if (code === 0) answer = { problems: [], waiting: said }
    if (code === never) answer = { problems: [`it does not end: ${said}`], waiting: '' }
    return code === 0 || code === never
  })
  return answer
}
