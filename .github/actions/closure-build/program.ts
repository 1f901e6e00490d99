/** Programs whose log is read while they run, for a build may take hours. */
import { spawn } from 'node:child_process'
import { ActionError, messageOf } from '../../../actions/shared/errors.ts'
import type { RunnerLog } from '../../../actions/shared/runnerlog.ts'

export interface Program {
  readonly argv: readonly [string, ...string[]]
  readonly cwd?: string
  /** Beside what every program gets. */
  readonly env?: Readonly<Record<string, string>>
  /** For its standard input. */
  readonly input?: string
  /** What went wrong if it fails, without a full stop. */
  readonly failure: string
}

/** What the runner gives to steps, and whatever is named like a secret, is not for programs. */
const WITHHELD = /^(?:INPUT|ACTIONS|GITHUB|GH)_|TOKEN|SECRET|PASSW|CREDENTIAL|PRIVATE_KEY/i

/** Gives its standard output; standard error goes to the log, where it can be no command to the runner. */
export function outputOf(program: Program, log: RunnerLog): Promise<string> {
  const { argv, cwd, env, input = '', failure } = program
  const [file, ...args] = argv
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const inherited = Object.entries(process.env).filter(([name]) => !WITHHELD.test(name))
  const child = spawn(file, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: 'pipe',
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece
  })
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    log.host(piece)
  })
  child.on('error', (cause) => {
    reject(new ActionError(`${file} could not be started: ${messageOf(cause)}.`, { cause }))
  })
  child.on('close', (code, signal) => {
    if (code === 0) resolve(stdout)
    else
      reject(
        new ActionError(`${failure} (${file} ended with ${signal ?? String(code)}).`, {
          hint: 'Its log is above.',
        }),
      )
  })
  // A program that does not read it has ended; how, says its code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return promise
}
