/**
 * GitHub's runner. What is needed at once (inputs, masks, log lines) is written here, because loading @actions/core
 * takes longer than the rest of the start (it brings an HTTP client); a test compares the two byte for byte. What
 * is needed at the end goes through it.
 */
import { ActionError, bugWords, messageOf } from '../errors.ts'
import { helpUrl, type Help } from '../help.ts'
import { fitted } from '../markdown.ts'
import type { Outputs, ReadInput, Summary } from '../ports.ts'
import { runnerLog } from '../runnerlog.ts'
import { random } from './random.ts'

const core = () => import(/* webpackMode: "eager" */ '@actions/core')
const SUMMARY_MAX_BYTES = 1_048_576

// A log that nobody reads any more must not end what is being done.
process.stdout.on('error', () => undefined)

export const log = runnerLog((text) => process.stdout.write(text), random)

export const mask = (secret: string): void => {
  log.mask(secret)
}

const taken = new Map<string, string>()

/** Takes an input out of the environment at its first reading, so that no child process gets it. */
export const readInput: ReadInput = (name) => {
  const variable = `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
  const value = process.env[variable]
  if (value !== undefined) taken.set(variable, value.trim())
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment has no other way
  delete process.env[variable]
  return taken.get(variable) ?? ''
}

const pending = new Map<string, string>()

/** Kept until the story has ended, so that the failure of a bad input is told before anything else is loaded. */
export const outputs: Outputs = {
  set: (name, value) => {
    pending.set(name, value)
  },
}

export const summary: Summary = {
  write: async (markdown) => {
    if (!process.env['GITHUB_STEP_SUMMARY']) return
    const { summary } = await core()
    try {
      await summary.addRaw(fitted(markdown, SUMMARY_MAX_BYTES)).write()
    } catch (error) {
      // What was done is done: a page that cannot be written must not turn it red.
      log.warning(`The job summary could not be written: ${messageOf(error)}`)
    }
  },
}

/**
 * Runs an action's story. The step is red from the start and green only once the story has ended well: a promise that
 * is lost, or never settles, cannot pass for success. Whatever the last error says, it ends with where that is
 * explained.
 */
export async function runAction(help: Help, story: () => Promise<void>): Promise<void> {
  process.exitCode = 1
  const reportUnfinished = (): void => {
    reportRed(UNFINISHED, help)
  }
  process.once('beforeExit', reportUnfinished)
  try {
    await story()
    process.exitCode = 0
  } catch (error) {
    reportFailure(error, help)
  } finally {
    process.off('beforeExit', reportUnfinished)
    log.finish()
    await writeOutputs(help)
  }
}

/** What later steps read is part of the work: without it the step is red, and the log says what was done. */
async function writeOutputs(help: Help): Promise<void> {
  if (pending.size === 0) return
  const { setOutput } = await core()
  try {
    for (const [name, value] of pending) setOutput(name, value)
  } catch (error) {
    process.exitCode = 1
    reportRed(
      `The outputs could not be written (what is said above was done all the same): ${messageOf(error)}`,
      help,
    )
  }
  pending.clear()
}

const UNFINISHED =
  'The action ended before its work was done, with nothing left to wait for. This is a bug in the action.'

function reportFailure(error: unknown, help: Help): void {
  if (error instanceof ActionError) {
    reportRed(error.message, help, error.hint)
    if (error.cause instanceof Error) log.debug(error.cause.stack ?? error.cause.message)
    return
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  reportRed(bugWords(stack), help)
}

function reportRed(words: string, help: Help, hint = ''): void {
  log.error([words, hint, `See ${helpUrl(help, words)}`].filter((line) => line !== '').join('\n'))
}
