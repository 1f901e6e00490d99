import { kindOf } from './kinds.ts'
import type { KindName, Mode } from './kinds.ts'

/** Moments by name, with how often they are chosen. */
export type Weights = Readonly<Record<string, number>>

/** More often where the host is in between. */
const parts = {
  always: { begin: 4, 'event:accepted': 2, 'phase:fetch:start': 1, 'file:result.json': 3, 'event:result': 2 },
  resolve: { 'phase:resolve:start': 1, 'phase:build:start': 2 },
  judge: { 'phase:diff:start': 1, 'phase:check:start': 1 },
  arm: { 'phase:arm:start': 3, 'file:stage.json': 2, 'phase:arm:end': 1 },
  trial: {
    'phase:activate:start': 6,
    'phase:activate:end': 3,
    'phase:settle:start': 3,
    'phase:settle:end': 3,
  },
  confirm: { 'event:awaiting-confirm': 5 },
  decision: { 'file:decision': 5 },
  commit: { 'phase:commit:start': 8, 'phase:commit:end': 2 },
  rollback: { 'phase:rollback:start': 8, 'phase:rollback:end': 2 },
} satisfies Record<string, Weights>

type Part = keyof typeof parts

const until: Readonly<Record<string, readonly Part[]>> = {
  refused: ['always'],
  failed: ['always', 'resolve'],
  planned: ['always', 'resolve', 'judge'],
  unchanged: ['always', 'resolve', 'judge'],
  scheduled: ['always', 'resolve', 'judge', 'arm', 'decision', 'commit'],
  deployed: ['always', 'resolve', 'judge', 'arm', 'trial', 'confirm', 'decision', 'commit'],
  'rolled-back': ['always', 'resolve', 'judge', 'arm', 'trial', 'decision', 'rollback'],
}

const all = Object.keys(parts) as Part[]
export const allMoments: Weights = momentsIn(all)

/** Those a deploy goes through that nothing disturbs. */
export function momentsOf(kind: KindName, mode: Mode, confirm: boolean): Weights {
  const reached = until[kindOf(kind).ends[mode] ?? 'failed'] ?? all
  const without: Part[] = []
  if (!confirm) without.push('confirm')
  if (mode === 'boot') without.push('trial')
  if (mode === 'test') without.push('commit')
  // The only one that gets as far as the commit and is rolled back.
  const more: Part[] = kind === 'failing boot loader' ? ['commit'] : []
  return momentsIn([...reached, ...more].filter((part) => !without.includes(part)))
}

function momentsIn(names: readonly Part[]): Weights {
  return Object.assign({}, ...names.map((name) => parts[name])) as Weights
}
