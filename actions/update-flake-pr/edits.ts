import type { Ask } from './asking.ts'
import { whyForeign } from './branches.ts'
import type { Pull } from './pulls.ts'

/** Why the branch of a pull request is not this action's alone; `undefined` if it is. */
export async function whyEdited(
  pull: Pull,
  lockPaths: readonly string[],
  ask: Ask,
): Promise<string | undefined> {
  if (pull.headSha === pull.state?.head) return undefined
  return whyForeign({ base: pull.base, headSha: pull.headSha, lockPaths }, ask)
}
