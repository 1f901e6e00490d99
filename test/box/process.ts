import { spawn } from 'node:child_process'

/** What a program left behind; killed by a signal: code is 128. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string | Buffer
  /** Default 60 s. The program is killed then, and `run` rejects. */
  readonly timeoutMs?: number
  readonly env?: NodeJS.ProcessEnv
  /**
   * For nsenter: it stops itself when what runs inside is stopped, as a shutdown does with everything; it would then
   * never reap that, and the box would wait for it for ever.
   */
  readonly isKeptRunning?: boolean
}

/** Runs a program to its end, whatever its exit code. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = '', ...args] = argv
  const child = spawn(program, args, {
    stdio: 'pipe',
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    ...(options.env === undefined ? {} : { env: options.env }),
  })
  const { promise, resolve, reject } = Promise.withResolvers<Finished>()
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const waking =
    options.isKeptRunning === true
      ? setInterval(() => {
          wake(child.pid)
        }, 500)
      : undefined
  child.on('error', reject)
  child.on('close', (code, signal) => {
    clearInterval(waking)
    if (signal === 'SIGKILL' && child.killed) reject(new Error(`${shown(argv)}: no end in time\n${stderr}`))
    else resolve({ code: code ?? 128, stdout, stderr })
  })
  return promise
}

function wake(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGCONT')
  } catch {
    // It has just ended.
  }
}

/** Runs a program that has to succeed; returns its stdout. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options)
  if (code !== 0) throw new Error(`${shown(argv)} ended with ${code}:\n${stdout}${stderr}`)
  return stdout
}

function shown(argv: readonly string[]): string {
  const line = argv.join(' ')
  return line.length > 200 ? `${line.slice(0, 200)}…` : line
}
