/** GitHub's answer may get lost although it did what it was asked to, and what it did may show up late. */
import { ActionError } from '../shared/errors.ts'
import { GitHubUnavailable } from '../shared/github.ts'
import { GitHubRefused } from './pullwords.ts'
import type { World } from './world.ts'

type Waiting = Pick<World, 'clock' | 'cancel'>

/** Seconds are the rule; its caches have been seen to take longer. */
const PAUSES_MS = [1_000, 3_000, 8_000]

/** Asks until there is something, some times. */
export async function untilThere<T>(
  look: () => Promise<T | undefined>,
  { clock, cancel }: Waiting,
): Promise<T | undefined> {
  for (const pauseMs of PAUSES_MS) {
    const there = await look()
    if (there !== undefined) return there
    await clock.sleep(pauseMs, cancel)
  }
  return look()
}

/** Does it again, some times, while it fails with what passes. */
export async function patiently<T>(
  work: () => Promise<T>,
  passes: (error: unknown) => boolean,
  { clock, cancel }: Waiting,
): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await work()
    } catch (error) {
      if (!passes(error)) throw error
      await clock.sleep(pauseMs, cancel)
    }
  }
  return work()
}

export function isUnanswered(error: unknown): boolean {
  return error instanceof GitHubUnavailable
}

/** What was made a moment ago may be unknown where GraphQL looks. */
export function isUnknownYet(error: unknown): boolean {
  return error instanceof GitHubRefused && error.code === 'NOT_FOUND'
}

/** What `work` gives, or what `find` finds of it where GitHub's answer got lost. */
export async function orFound<T>(work: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isUnanswered(error)) throw error
    const found = await find()
    if (found === undefined) throw error
    return found
  }
}

/** What is wrong, where that is expected and others may go on. */
export async function problemOf(work: () => Promise<unknown>): Promise<ActionError | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
}
