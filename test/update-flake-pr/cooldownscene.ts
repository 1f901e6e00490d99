/** Branches that were pushed to some days ago. It is 2026-01-31T12:00:00Z. */
import { filesBelow } from '../../actions/shared/adapters/files.ts'
import { runProgram } from '../../actions/shared/adapters/process.ts'
import { Cooling, type Cooled } from '../../actions/update-flake-pr/cooldown.ts'
import type { LockedInput } from '../../actions/update-flake-pr/facts.ts'
import type { Cooldown } from '../../actions/update-flake-pr/inputs.ts'
import type { RepositoryState } from '../support/github/repository.ts'
import { reference } from './locks.ts'
import type { UpstreamScene } from './upstreamscene.ts'

export const DAY_MS = 86_400_000
export const NOW_MS = Date.UTC(2026, 0, 31, 12)

export function daysAgo(days: number): string {
  return new Date(NOW_MS - days * DAY_MS).toISOString().replace('.000Z', 'Z')
}

/** One commit for each number of days, on top of each other, pushed then. */
export function pushed(
  repository: RepositoryState,
  days: readonly number[],
  branch = 'main',
): readonly string[] {
  return days.map((age) => {
    const oid = repository.push(branch, { date: daysAgo(age) })
    Object.assign(repository.activities.at(-1) ?? {}, { timestamp: daysAgo(age) })
    return oid
  })
}

export function inputOf(
  original: Readonly<Record<string, unknown>>,
  rev?: string,
  path = 'input',
): LockedInput {
  const lastModified = NOW_MS / 1_000 - 30 * 86_400
  const locked = reference({ ...original, lastModified, ...(rev === undefined ? {} : { rev }) })
  return { path, follows: undefined, locked, original: reference(original), isFlake: true }
}

export function githubOriginal({ name }: RepositoryState, ref?: string): Readonly<Record<string, unknown>> {
  const [owner, repo] = name.split('/')
  return { type: 'github', owner, repo, ...(ref === undefined ? {} : { ref }) }
}

export function coolingIn(scene: UpstreamScene, cooldown: Partial<Cooldown> = {}): Cooling {
  const { upstreams, clock } = scene
  const world = {
    ...upstreams,
    clock,
    run: runProgram,
    files: filesBelow('/'),
    epochMs: NOW_MS - clock.now(),
  }
  return new Cooling({ ms: 7 * DAY_MS, exempt: [], ...cooldown }, world)
}

export function plain({ update, pins, words }: Cooled) {
  return { update, pins: Object.fromEntries(pins), words: words.map((one) => one.words) }
}
