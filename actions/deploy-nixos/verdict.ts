import { ActionError } from '../shared/errors.ts'
import type { Identity, Result } from './events.ts'

const STATUSES = [
  'deployed',
  'unchanged',
  'planned',
  'scheduled',
  'superseded',
  'rolled-back',
  'aborted',
  'failed',
  'refused',
  'unreachable',
] as const
export type Status = (typeof STATUSES)[number]

const GREEN: readonly Status[] = ['deployed', 'unchanged', 'planned', 'scheduled', 'superseded']

export function isGreen(status: Status): boolean {
  return GREEN.includes(status)
}

/** The exit codes of vps-deploy, and what each may mean. */
const STATUSES_BY_CODE: ReadonlyMap<number, readonly Status[]> = new Map([
  [0, GREEN],
  [64, ['refused']],
  [65, ['refused']],
  [69, ['failed']],
  [70, ['failed']],
  [75, ['failed']],
  [80, ['rolled-back']],
  [81, ['rolled-back']],
  [82, ['failed']],
  [83, ['aborted']],
  [84, ['rolled-back']],
])

/** Bad request and policy: the host's last word on a request, whatever else goes on. */
export function isRefusal(exitCode: number): boolean {
  return STATUSES_BY_CODE.get(exitCode)?.includes('refused') ?? false
}

/** What an exit code other than 0 says where the host said nothing else. */
export function statusOfCode(code: number): Status {
  return STATUSES_BY_CODE.get(code)?.[0] ?? 'failed'
}

/** What a result says: a status, or what is wrong with the result; `doubtful` = with what came before it. */
export type Verdict =
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'bad'; readonly why: string }
  | { readonly kind: 'doubtful'; readonly why: string }

export function verdictOf({ status: word, exitCode }: Result): Verdict {
  const allowed: readonly string[] = STATUSES_BY_CODE.get(exitCode ?? NaN) ?? []
  const status = STATUSES.find((known) => known === word)
  if (status !== undefined && allowed.includes(status)) return { kind: 'status', status }
  const code = exitCode ?? 'unknown'
  return {
    kind: 'bad',
    why: `The host's result contradicts itself: status '${word}' with exit code ${code}.`,
  }
}

/** Throws if an answer of the host does not repeat what was asked for. */
export function requireSame(answer: Identity, asked: Partial<Identity>): void {
  const foreign = (['id', 'kind', 'rev', 'mode'] as const).flatMap((part) => {
    const wanted = asked[part] ?? answer[part]
    const isUnsaid = part === 'kind' && answer.kind === ''
    return wanted === answer[part] || isUnsaid ? [] : [`${part} '${answer[part]}' instead of '${wanted}'`]
  })
  if (foreign.length > 0)
    throw new ActionError(`The host answered for another deploy: ${foreign.join(', ')}.`, {
      hint: 'Nothing it says about this deploy can be believed; look at the host itself.',
    })
}
