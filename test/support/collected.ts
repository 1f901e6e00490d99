/** What a program has written so far. */
import type { ChildProcess } from 'node:child_process'

export interface Output {
  log: string
  stdout: string
  stderr: string
  match(pattern: RegExp, limits: { timeoutMs: number; finished: Promise<unknown> }): Promise<RegExpExecArray>
}

/** Keeps what a program writes, on both of its streams, unless it is too long for that. */
export function collected(
  child: ChildProcess,
  keepsLog: boolean,
  onOutput: ((text: string) => void) | undefined,
): Output {
  const listeners = new Set<() => void>()
  const output: Output = {
    log: '',
    stdout: '',
    stderr: '',
    match: (pattern, { timeoutMs, finished }) =>
      new Promise((resolve, reject) => {
        const giveUp = (why: string): void => {
          listeners.delete(look)
          clearTimeout(timer)
          reject(new Error(`${why} without ${String(pattern)} in its log:\n${output.log}`))
        }
        const look = (): void => {
          const found = pattern.exec(output.log)
          if (found === null) return
          listeners.delete(look)
          clearTimeout(timer)
          resolve(found)
        }
        const timer = setTimeout(giveUp, timeoutMs, `The action ran for ${timeoutMs} ms`)
        listeners.add(look)
        const end = (): void => {
          giveUp('The action ended')
        }
        finished.then(end, end)
        look()
      }),
  }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('utf8').on('data', (piece: string) => {
      onOutput?.(piece)
      if (!keepsLog) return
      output[name] += piece
      output.log += piece
      for (const listener of listeners) listener()
    })
  return output
}
