/** Computes locks beside the checkout, with the real Nix: one run where nothing goes wrong. */
import { ActionError } from '../shared/errors.ts'
import type { Scratch } from '../shared/ports.ts'
import { holdStrays } from './enginehold.ts'
import {
  lockWith,
  readyNix,
  type EngineWorld,
  type LockResult,
  type ReadyNix,
  type RunnableNix,
} from './enginerun.ts'
import type { InputWords } from './facts.ts'
import { parseLock } from './lock.ts'
import type { OwnTokens } from './nixconfig.ts'
import { isUpdatable, namesIn, only, type Computed, type Plan } from './plan.ts'
import type { FlakeSource } from './sources.ts'

/** One run of Nix, which may begin with the lock that another has written. */
type Lock = (plan: Plan, reference?: string) => Promise<LockResult>

const UNNAMED =
  "no name that 'nix flake update' takes: rename it in flake.nix, or leave it to others by 'exclude'"

const NOTHING: Plan = { update: [], pins: new Map() }

export class Engine {
  readonly #ready: () => Promise<ReadyNix>
  readonly #world: EngineWorld

  constructor(nix: RunnableNix, own: OwnTokens, world: EngineWorld) {
    let ready: Promise<ReadyNix> | undefined
    this.#ready = () => (ready ??= readyNix(nix, own, world))
    this.#world = world
  }

  /**
   * What cannot be updated is in `failed`, and the others are updated all the same.
   * @throws ActionError if the flake cannot be locked at all
   */
  async update(source: FlakeSource, plan: Plan): Promise<Computed> {
    const unnamed = namesIn(plan).filter((name) => !isUpdatable(name))
    const possible = only(plan, isUpdatable)
    const failed = unnamed.map((input) => ({ input, words: UNNAMED }))
    if (namesIn(possible).length === 0) return unchanged(source, failed)
    await using scratch = await this.#world.files.scratch()
    const lock = await this.#lockIn(scratch, source)
    const moved = await move(source, possible, lock)
    const held = await holdStrays({ source, plan: moved.plan, text: moved.text }, lock)
    return {
      afterText: held.text,
      after: parseLock(held.text, source.lockPath),
      failed: [...failed, ...moved.failed],
      heldBack: held.heldBack,
    }
  }

  async #lockIn(scratch: Scratch, source: FlakeSource): Promise<Lock> {
    const nix = await this.#ready()
    const { directory } = source
    let count = 0
    return (plan, reference) => {
      const place = { directory, scratch, output: `${++count}.lock` }
      const from = reference === undefined ? {} : { reference }
      return lockWith(nix, { ...place, ...from, plan }, this.#world)
    }
  }
}

function unchanged({ lockText, lock }: FlakeSource, failed: readonly InputWords[]): Computed {
  return { afterText: lockText, after: lock, failed, heldBack: [] }
}

interface Moved {
  readonly text: string
  /** What of the plan has succeeded. */
  readonly plan: Plan
  readonly failed: readonly InputWords[]
}

async function move(source: FlakeSource, plan: Plan, lock: Lock): Promise<Moved> {
  const all = await lock(plan)
  if ('text' in all) return { text: all.text, plan, failed: [] }
  const none = await lock(NOTHING)
  if ('problem' in none)
    throw new ActionError(`${source.flakePath} cannot be locked, whatever is updated: ${none.problem}.`)
  return moveEach(source, plan, lock)
}

/** One after the other, each on top of those that have succeeded. */
async function moveEach(source: FlakeSource, plan: Plan, lock: Lock): Promise<Moved> {
  const failed: InputWords[] = []
  let last: { readonly text: string; readonly output?: string } = { text: source.lockText }
  for (const input of namesIn(plan)) {
    const result = await lock(
      only(plan, (name) => name === input),
      last.output,
    )
    if ('text' in result) last = result
    else failed.push({ input, words: result.problem })
  }
  const isFailed = (name: string): boolean => failed.some(({ input }) => input === name)
  return { text: last.text, plan: only(plan, (name) => !isFailed(name)), failed }
}
