/** The closures of all configurations, compared with other ones: for the report only, and nothing is waited for. */
import { deadlineIn } from '../shared/deadline.ts'
import { ActionError, messageOf } from '../shared/errors.ts'
import type { Patience } from '../shared/github.ts'
import { refusalOf } from '../shared/refusal.ts'
import { askersFor } from './asking.ts'
import { comparisonOf, INCOMPLETE } from './comparison.ts'
import type { ClosureFacts, Comparisons } from './facts.ts'
import { closureFacts } from './findings.ts'
import { oldClosures } from './oldclosures.ts'
import { previousOf, type Found } from './previous.ts'
import type { Asked } from './pullrequest.ts'
import type { StorePath } from './storepath.ts'
import type { Target } from './targets.ts'
import type { Wait } from './waiting.ts'

/** To look for what was recorded before, and to walk over closures that may be gone. */
const COMPARE_MS = 60_000

interface Subject {
  readonly target: Target
  readonly root: StorePath
  readonly now: ClosureFacts
}

/** By configuration, as far as there is something to compare. Rejects with the signal's reason. */
export async function comparisonsOf(wait: Wait, signal: AbortSignal): Promise<Comparisons> {
  const ms = Math.min(COMPARE_MS, wait.deadline.remainingMs())
  const patience = { deadline: deadlineIn(wait.world.clock, ms), signal }
  const subjects = subjectsOf(wait)
  const baselines = await baselinesOf(wait, subjects, patience)
  const whole = subjects.filter(isWhole).flatMap(({ target }) => baselines.get(target.name)?.path ?? [])
  const asking = askersFor(wait.inputs, { ...wait.world, deadline: patience.deadline })
  const old = await oldClosures([...new Set(whole)], { found: wait.closure.found, asking }, signal)
  return new Map(
    subjects.map(({ target, root, now }) => {
      const baseline = baselines.get(target.name) ?? { path: undefined, why: INCOMPLETE }
      if (baseline.path === undefined) return [target.name, { with: undefined, why: baseline.why }]
      const before = closureFacts({ ...old, roots: [baseline.path] })
      return [target.name, comparisonOf(baseline, { root, now, old: before })]
    }),
  )
}

/** What is to be compared, and was looked for. */
function subjectsOf({ inputs, closures }: Wait): readonly Subject[] {
  return closures
    .filter(({ target }) => inputs.comparesPrevious || target.compareWith !== undefined)
    .flatMap(({ target, closure }) =>
      closure.roots.map((root) => ({ target, root, now: closureFacts(closure) })),
    )
}

function isWhole({ now }: Subject): boolean {
  return now.missing.length === 0
}

/** Nothing is looked for without need. */
async function baselinesOf(wait: Wait, subjects: readonly Subject[], patience: Patience) {
  const baselines = new Map<string, Found>()
  for (const { name, compareWith } of subjects.map(({ target }) => target))
    if (compareWith !== undefined) baselines.set(name, { path: compareWith, commit: undefined })
  const names = subjects.filter(isWhole).map(({ target }) => target.name)
  const open = names.filter((name) => !baselines.has(name))
  for (const [name, found] of open.length === 0 ? [] : await recordedBefore(wait, open, patience))
    baselines.set(name, found)
  return baselines
}

async function recordedBefore(wait: Wait, names: readonly string[], patience: Patience) {
  try {
    return await previousOf(names, pastOf(wait, patience))
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    const why = messageOf(error)
    wait.warn(`What was recorded before cannot be compared with: ${why}`)
    return new Map(names.map((name) => [name, { path: undefined, why: why.replace(/\.$/, '') } as const]))
  }
}

function pastOf(wait: Wait, patience: Patience) {
  const { inputs, world, notes } = wait
  if (inputs.token === '') throw new ActionError("There is no 'token' to ask GitHub with.")
  return {
    asked: askedOf(wait, patience),
    notes: {
      textOf: (sha: string) => notes.textOf(sha, patience),
      commits: () => notes.commits(patience),
    },
    repository: world.repository,
    sha: inputs.sha,
    pullRequest: inputs.pullRequest,
    // Only then the token may read pull requests.
    isOnPullRequest: inputs.comment,
    warn: (words: string) => {
      wait.warn(words)
    },
  }
}

function askedOf({ world, github }: Wait, patience: Patience): Asked {
  return async (route, given) => {
    const parameters = { ...world.repository, ...given }
    const answer = await github.client.ask({ route, parameters }, patience)
    const isPull = route.includes('/pulls')
    const refusal = refusalOf(answer, {
      what: isPull ? 'the pull request' : 'the commits before this one',
      permission: isPull ? 'pull-requests: read' : 'contents: read',
    })
    if (refusal !== undefined) throw refusal
    return answer.data
  }
}
