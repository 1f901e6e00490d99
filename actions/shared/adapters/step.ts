/** What a step of the repository's own workflows is given, and how it ends; it runs unbundled (.github/actions). */
import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { random } from './random.ts'
import { ActionError } from '../errors.ts'
import type { ReadInput } from '../ports.ts'
import { type RunnerLog, runnerLog } from '../runnerlog.ts'

export interface Step {
  readonly read: ReadInput
  readonly log: RunnerLog
  readonly output: (name: string, value: string) => void
}

/** An `ActionError` is one red line; anything else is a bug and shows where it is. */
export async function runStep(story: (step: Step) => Promise<void> | void): Promise<void> {
  const log = runnerLog((line) => process.stdout.write(line), random)
  // Red until the story has ended: a lost promise must not be green.
  process.exitCode = 1
  try {
    await story({
      log,
      read: (name) => (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim(),
      output: (name, value) => {
        const end = randomUUID()
        appendFileSync(process.env['GITHUB_OUTPUT'] ?? '', `${name}<<${end}\n${value}\n${end}\n`)
      },
    })
    process.exitCode = 0
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    const { message, hint } = error
    log.error(hint === undefined ? message : `${message} ${hint}`)
  }
}
