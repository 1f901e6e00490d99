/** What rule sets and classic branch protections refuse, in GitHub's words. */
import type { RuleState } from './records.ts'
import type { RepositoryState } from './repository.ts'

type Ruled = Pick<RepositoryState, 'rules' | 'git' | 'runs'>

export interface RefMove {
  readonly ref: string
  readonly before: string | undefined
  readonly after: string | undefined
  readonly by: string
  readonly isFastForward: boolean
}

export function rulesFor({ rules }: Pick<Ruled, 'rules'>, branch: string): readonly RuleState[] {
  return rules.filter((rule) =>
    rule.branch.endsWith('*') ? branch.startsWith(rule.branch.slice(0, -1)) : branch === rule.branch,
  )
}

/** The message of the refusal; `undefined` if there is none. */
export function violationOf(repository: Ruled, move: RefMove): string | undefined {
  if (!move.ref.startsWith('refs/heads/')) return undefined
  const rules = rulesFor(repository, move.ref.slice('refs/heads/'.length)).filter(
    ({ bypass }) => !bypass.includes(move.by),
  )
  const broken = rules.flatMap((rule) => {
    const words = BROKEN[rule.type](move, rule, repository)
    return words === undefined ? [] : [{ words, isClassic: rule.isClassic }]
  })
  const [first] = broken
  if (first === undefined) return undefined
  if (first.isClassic) return move.before === undefined ? 'Reference update failed' : first.words
  return `Repository rule violations found\n\n${broken.map(({ words }) => words).join('\n')}\n\n`
}

type Judge = (move: RefMove, rule: RuleState, repository: Ruled) => string | undefined

const BROKEN: Readonly<Record<RuleState['type'], Judge>> = {
  creation: ({ before }) =>
    before === undefined ? 'Cannot create ref due to creations being restricted.' : undefined,
  update: ({ before, after }) =>
    before !== undefined && after !== undefined ? 'Cannot update this protected ref.' : undefined,
  deletion: ({ after }) => (after === undefined ? 'Cannot delete this branch' : undefined),
  non_fast_forward: ({ isFastForward }) => (isFastForward ? undefined : 'Cannot force-push to this branch'),
  pull_request: ({ after }) =>
    after === undefined ? undefined : 'Changes must be made through a pull request.',
  required_signatures: ({ after }, _, { git }) =>
    after === undefined || git.commits.get(after)?.isVerified === true
      ? undefined
      : 'Commits must have verified signatures.',
  required_status_checks: ({ after }, { checks }, { runs }) => {
    if (after === undefined) return undefined
    const green = runs.filter(({ sha, conclusion }) => sha === after && conclusion === 'success')
    const missing = checks.filter((check) => !green.some(({ name }) => name === check))
    if (missing.length > 1)
      return `${missing.length} of ${checks.length} required status checks are expected.`
    return missing.length === 1 ? `Required status check "${missing.join('')}" is expected.` : undefined
  },
}
