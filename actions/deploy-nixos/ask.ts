import type { Clock, Exit, Session } from '../shared/ports.ts'
import { limited } from './limits.ts'

/** The answer to a short request. */
export interface Answer {
  readonly exit: Exit
  readonly stdout: string
  readonly stderr: string
}

/** vps-deploy gives up on its own after 10 s. */
const ANSWER_MS = 20_000
/** `hello` and `status` are some kilobytes; a host that says more is cut off. */
const MAX_ANSWER = 1_048_576

/** Sends one request and takes its whole answer; `lost` also when it takes too long. */
export async function ask(
  session: Session,
  request: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Answer> {
  let stdout = ''
  let stderr = ''
  const handlers = {
    stdout: (text: string) => {
      stdout = (stdout + text).slice(0, MAX_ANSWER)
    },
    stderr: (text: string) => {
      stderr = (stderr + text).slice(0, MAX_ANSWER)
    },
  }
  const limits = { ms: ANSWER_MS, clock, parent: signal }
  const exit = await limited(limits, (limit) => session.exec(request, handlers, limit))
  return { exit, stdout, stderr: stderr.trim() }
}

/** `exit code 65: not on the branch`. */
export function wordsOf({ exit, stderr }: Pick<Answer, 'exit' | 'stderr'>): string {
  const said = stderr === '' ? '' : `: ${stderr}`
  return `${wordsOfExit(exit)}${said}`
}

function wordsOfExit(exit: Exit): string {
  switch (exit.kind) {
    case 'exited':
      return `exit code ${exit.code}`
    case 'killed':
      return `killed by ${exit.signal}`
    case 'lost':
      return `connection lost (${exit.reason})`
  }
}
