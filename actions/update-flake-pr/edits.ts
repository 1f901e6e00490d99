import { objectIn } from '../shared/json.ts'
import type { Ask } from './asking.ts'
import { blobOf } from './blob.ts'
import { whyForeign } from './branches.ts'
import { hasChanged } from './computing.ts'
import type { FlakeUpdate } from './facts.ts'
import type { Pull } from './pulls.ts'
import { carryOut } from './pullwords.ts'

/** Why the branch of a pull request is not this action's alone; `undefined` if it is. */
export async function whyEdited(
  pull: Pull,
  lockPaths: readonly string[],
  ask: Ask,
): Promise<string | undefined> {
  if (pull.headSha === pull.state?.head) return undefined
  return whyForeign({ base: pull.base, headSha: pull.headSha, lockPaths }, ask)
}

/** Whether a commit has the locks that are proposed. */
export async function hasLocks(sha: string, updates: readonly FlakeUpdate[], ask: Ask): Promise<boolean> {
  for (const { lockPath, afterText } of updates.filter(hasChanged)) {
    const answer = await carryOut(ask, 'GET /repos/{owner}/{repo}/contents/{path}', {
      doing: `show ${lockPath} at ${sha}`,
      permission: 'contents: read',
      parameters: { path: lockPath, ref: sha },
    })
    if (objectIn(answer)?.['sha'] !== blobOf(afterText)) return false
  }
  return true
}
