import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Held until what it returns is called, or until this process ends in whatever way. */
async function lock(path: string): Promise<() => Promise<void>> {
  const child = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), ended])
  if (child.exitCode !== null) throw new Error(`flock ${path} ended with ${child.exitCode}`)
  return async () => {
    child.stdin.end()
    await ended
  }
}

/** Runs `work` while nobody else who asks for the same lock does. */
export async function locked<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const release = await lock(path)
  try {
    return await work()
  } finally {
    await release()
  }
}
