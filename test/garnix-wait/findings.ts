/** What a wait may have found out. */
import type { Miss, PathFacts } from '../../actions/garnix-wait/closure.ts'
import type { Ending } from '../../actions/garnix-wait/ending.ts'
import type { ClosureFacts, Comparison, ConfigurationFacts, Facts } from '../../actions/garnix-wait/facts.ts'
import { comparisonOf } from '../../actions/garnix-wait/comparison.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { storePath } from '../support/binarycache.ts'

export const SHA = '95a89711a27f35b705a53947abe90e28d440604f'
export const SYSTEM = storePath('nixos-system-vps-26.05')
export const READY: Ending = { status: 'ready', sentence: 'Everything is there.', details: [] }
/** Of pages of commits. */
export const COMMITS = 'https://github.com/acme/infra/commit/'
const CACHES = ['https://cache.nixos.org', 'https://cache.example.org'] as const

export function found(name: string, more: Partial<PathFacts> = {}): PathFacts {
  return {
    path: storePath(name),
    narSize: 1_000,
    narHash: `hash of ${name}`,
    fileSize: 400,
    references: [],
    cache: 0,
    ...more,
  }
}

export function missed(name: string, neededBy: readonly string[] = []): Miss {
  return {
    path: storePath(name),
    neededBy: neededBy.map((parent) => storePath(parent)),
    reasons: [
      { cache: CACHES[0], kind: 'absent', words: 'it answers 404' },
      { cache: CACHES[1], kind: 'untrusted', words: 'it is signed by other-1 alone' },
    ],
  }
}

export function configuration(more: Partial<ConfigurationFacts> = {}): ConfigurationFacts {
  const closure = { found: [found('nixos-system-vps-26.05', { cache: 1 }), found('nginx-1.24')], missing: [] }
  return {
    name: 'vps-arm',
    storePath: SYSTEM,
    buildUrl: 'https://garnix.example/build/B5aPM2pB',
    closure,
    comparison: undefined,
    moments: {},
    ...more,
  }
}

export function facts(configurations: readonly ConfigurationFacts[], more: Partial<Facts> = {}): Facts {
  return {
    sha: SHA,
    commitsUrl: COMMITS,
    caches: CACHES,
    configurations,
    recorded: undefined,
    warnings: [],
    ...more,
  }
}

export function whole(paths: readonly PathFacts[]): ClosureFacts {
  return { found: paths, missing: [] }
}

/** With a closure whose path was given. */
export function changed(
  path: StorePath,
  before: readonly PathFacts[],
  after: readonly PathFacts[],
): Comparison {
  return comparisonOf({ path, commit: undefined }, { root: SYSTEM, old: whole(before), now: whole(after) })
}
