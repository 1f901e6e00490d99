import type { InputWords, Lock } from './facts.ts'
import type { Syntax } from './nixversion.ts'

/** What to do with one flake. */
export interface Plan {
  /** Names of root inputs that move to the newest there is. */
  readonly update: readonly string[]
  /** Those that move to a certain revision, and the flake references of it. */
  readonly pins: ReadonlyMap<string, string>
}

/** What came of it. */
export interface Computed {
  readonly afterText: string
  readonly after: Lock
  readonly failed: readonly InputWords[]
  readonly heldBack: readonly InputWords[]
}

/** Those that the command line does not take cannot be updated by it. https://github.com/NixOS/nix: `flakeIdRegexS` */
export function isUpdatable(name: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9_-]*$/.test(name)
}

export function namesIn({ update, pins }: Plan): readonly string[] {
  return [...new Set([...update, ...pins.keys()])]
}

/** The part of a plan that is about some of its inputs. */
export function only(plan: Plan, isWanted: (name: string) => boolean): Plan {
  return {
    update: plan.update.filter(isWanted),
    pins: new Map([...plan.pins].filter(([name]) => isWanted(name))),
  }
}

/**
 * The arguments of `nix`, started in the flake's directory: no flake reference stands for every name of one. Of a plan
 * without names `nix flake update` would update all inputs.
 */
export function argumentsOf(plan: Plan, syntax: Syntax): readonly string[] {
  const moving = plan.update.filter((name) => !plan.pins.has(name))
  const overrides = [...plan.pins].flatMap(([name, url]) => ['--override-input', name, url])
  if (syntax === 'positional' && moving.length > 0)
    return ['flake', 'update', ...moving, '--flake', '.', ...overrides]
  return ['flake', 'lock', '.', ...moving.flatMap((name) => ['--update-input', name]), ...overrides]
}
