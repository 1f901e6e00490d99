import { commandLine, harmless, holdsCommand } from './commands.ts'
import type { Annotation, Log, Random } from './ports.ts'

export interface RunnerLog extends Log {
  /** Lets the runner replace a secret by `***` from now on; nothing to do for `''`. */
  mask(secret: string): void
  /** Ends what is open: a line of foreign text that is not whole, and the stop of commands. */
  finish(): void
}

/** A foreign line without an end is shown in pieces of this size. */
const MAX_LINE = 65_536

/** A log as GitHub's runner reads it from the step's standard output. */
export function runnerLog(write: (text: string) => void, random: Random): RunnerLog {
  const foreign = foreignText(write, random)
  const command = (name: string, message: string, annotation: Annotation = {}): void => {
    foreign.finish()
    const { title, file, startLine: line, startColumn: col } = annotation
    write(`${commandLine(name, message, { title, file, line, col })}\n`)
  }
  const info = (message: string): void => {
    foreign.endLine()
    if (holdsCommand(message)) foreign.write(`${message}\n`)
    else write(`${message}\n`)
  }
  return {
    debug: command.bind(undefined, 'debug'),
    info,
    notice: command.bind(undefined, 'notice'),
    warning: command.bind(undefined, 'warning'),
    error: command.bind(undefined, 'error'),
    group: command.bind(undefined, 'group'),
    endGroup: () => {
      command('endgroup', '')
    },
    host: foreign.write,
    mask: (secret) => {
      if (secret !== '') command('add-mask', secret)
    },
    finish: foreign.finish,
  }
}

interface ForeignText {
  readonly write: (text: string) => void
  /** Shows a line that is not whole as one. */
  readonly endLine: () => void
  /** The same, and commands work again. */
  readonly finish: () => void
}

/**
 * Stops commands before the first foreign line and lets them work again when we have one of our own: the token is new
 * each time and unknown to whoever wrote the text, so nothing in between is obeyed.
 */
function foreignText(write: (text: string) => void, random: Random): ForeignText {
  let token = ''
  let rest = ''
  const show = (lines: readonly string[]): void => {
    if (lines.length === 0) return
    if (token === '') {
      token = random.hex(16)
      write(`::stop-commands::${token}\n`)
    }
    write(lines.map((line) => `${harmless(line)}\n`).join(''))
  }
  const endLine = (): void => {
    const line = rest.replace(/\r$/, '')
    const pending = rest !== ''
    rest = ''
    if (pending) show([line])
  }
  return {
    write: (text) => {
      // A carriage return ends a line for the runner; the last one may be half of a line break.
      const lines = (rest + text).split(/\r\n|\r(?!$)|\n/)
      rest = lines.splice(-1).join('')
      show(lines)
      if (rest.length > MAX_LINE) endLine()
    },
    endLine,
    finish: () => {
      endLine()
      if (token !== '') write(`::${token}::\n`)
      token = ''
    },
  }
}
