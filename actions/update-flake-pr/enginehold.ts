/**
 * Inputs that moved though nobody asked for it are put back: Nix updates whatever flake.nix asks for in other words
 * than flake.lock does. https://github.com/NixOS/nix/issues/15534
 */
import { withOriginalsOf } from './engineoriginals.ts'
import type { LockResult } from './enginerun.ts'
import type { InputWords, LockedInput, Lock as ParsedLock, Reference } from './facts.ts'
import { lockedUrl } from './flakeurl.ts'
import { parseLock, rootInputs } from './lock.ts'
import { isUpdatable, namesIn, type Plan } from './plan.ts'
import { isSameSource, revisionOf, shortOf } from './reference.ts'
import type { FlakeSource } from './sources.ts'

export interface Result {
  readonly source: FlakeSource
  /** What was asked for. */
  readonly plan: Plan
  readonly text: string
}

export interface Held {
  readonly text: string
  readonly heldBack: readonly InputWords[]
}

/** A root input with nodes of its own before and after, which are not at the same revision. */
interface Stray {
  readonly name: string
  readonly before: LockedInput & { readonly locked: Reference }
  readonly after: LockedInput & { readonly locked: Reference }
}

/**
 * Each run begins with the lock of the checkout, for it has what the held inputs depend on as it was; what is held
 * already stays so.
 */
export async function holdStrays(
  { source, plan, text }: Result,
  lock: (plan: Plan) => Promise<LockResult>,
): Promise<Held> {
  const heldBack: InputWords[] = []
  const held = new Map<string, string>()
  let last = text
  for (const stray of straysOf(source.lock, parseLock(text, source.lockPath), namesIn(plan))) {
    const result = await hold(stray, { ...plan, pins: new Map([...plan.pins, ...held]) }, lock)
    const problem = 'problem' in result ? result.problem : whyStillMoved(stray, result.text, source)
    heldBack.push({ input: stray.name, words: wordsOf(stray, problem) })
    if ('problem' in result || problem !== undefined) continue
    held.set(stray.name, result.url)
    last = result.text
  }
  const names = [...held.keys()]
  return { text: names.length === 0 ? last : withOriginalsOf(source.lockText, last, names), heldBack }
}

type Holding = { readonly text: string; readonly url: string } | { readonly problem: string }

async function hold(
  { name, before }: Stray,
  plan: Plan,
  lock: (plan: Plan) => Promise<LockResult>,
): Promise<Holding> {
  const url = isUpdatable(name) ? lockedUrl(before.locked) : undefined
  if (url === undefined) return { problem: `no flake reference stands for ${shortOf(before.locked)}` }
  const result = await lock({ ...plan, pins: new Map([...plan.pins, [name, url]]) })
  return 'problem' in result ? result : { text: result.text, url }
}

function straysOf(before: ParsedLock, after: ParsedLock, asked: readonly string[]): readonly Stray[] {
  return rootInputs(after).flatMap((now) => {
    const then = before.inputs.get(now.path)
    if (asked.includes(now.path) || then === undefined || !isOwn(then) || !isOwn(now)) return []
    return isSame(then.locked, now.locked) ? [] : [{ name: now.path, before: then, after: now }]
  })
}

function isOwn(input: LockedInput): input is LockedInput & { readonly locked: Reference } {
  return input.follows === undefined && input.locked !== undefined
}

function isSame(one: Reference, other: Reference): boolean {
  return isSameSource(one, other) && revisionOf(one) === revisionOf(other)
}

function whyStillMoved({ name, before }: Stray, text: string, { lockPath }: FlakeSource): string | undefined {
  const locked = parseLock(text, lockPath).inputs.get(name)?.locked
  return locked !== undefined && isSame(before.locked, locked) ? undefined : 'nix moves it all the same'
}

function wordsOf({ before, after }: Stray, problem: string | undefined): string {
  const [had, has] = [askedFor(before), askedFor(after)]
  const why =
    had === has
      ? 'nobody asked for a newer one'
      : `flake.nix asks for ${has} and flake.lock still has ${had}; to follow flake.nix, name it in 'inputs' or run 'nix flake lock'`
  if (problem === undefined) return `held at ${revisionWords(before.locked)}: ${why}`
  return `moved to ${revisionWords(after.locked)} without being asked for, and could not be held (${problem}): ${why}`
}

function askedFor({ original }: LockedInput): string {
  return original === undefined ? 'nothing' : shortOf(original)
}

function revisionWords(reference: Reference): string {
  const revision = revisionOf(reference) ?? shortOf(reference)
  return /^[0-9a-f]{40,}$/.test(revision) ? revision.slice(0, 8) : revision
}
