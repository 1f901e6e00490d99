/** The machine's programs. They see neither the step's inputs nor the job's tokens. */
import { type ChildProcess, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { ActionError, fieldOf, messageOf } from '../errors.ts'
import type { RunOptions, RunProgram } from '../ports.ts'

/** From the request to end to the end by force. */
const GRACE_MS = 2_000
/** For output that comes after the end: what the program left running can hold the pipes open for ever. */
const DRAIN_MS = 500
const MAX_BYTES = 4_194_304

/**
 * What the runner gives to steps, and whatever is named like a secret. The files of GITHUB_ENV and GITHUB_PATH would
 * let a program change the steps that follow. RUNNER_TRACKING_ID stays: by it the runner finds what outlives a job; and
 * NIX_CONFIG, which can hold tokens as well: nix fetches private inputs with them.
 */
const WITHHELD = /^(?:INPUT|ACTIONS|GITHUB|GH)_|TOKEN|SECRET|PASSW|CREDENTIAL|PRIVATE_KEY/i

/**
 * A program that has not ended within `timeoutMs` is killed with its whole process group, and its `code` is `null`
 * whatever it made of that. Standard input is empty. Of a longer standard output the beginning is kept, of standard
 * error the end, where programs say what went wrong. An aborted signal kills it as well, and rejects.
 */
export const runProgram: RunProgram = async (argv, options) => {
  const { timeoutMs, cwd, env, signal, maxBytes = MAX_BYTES } = options
  signal?.throwIfAborted()
  const child = start(argv, { cwd, env })
  const stdout = beginningOf(child.stdout, maxBytes)
  const stderr = endOf(child.stderr, maxBytes)
  const killing = killer(child, timeoutMs, signal)
  try {
    const code = await exitOf(child)
    return { code: killing.hasKilled() ? null : code, stdout: stdout(), stderr: stderr() }
  } catch (error) {
    if (isMissing(error, cwd)) return undefined
    throw new ActionError(`${argv[0]} could not be started: ${messageOf(error)}`, { cause: error })
  } finally {
    killing.end()
    // What has left the group may hold them open, and this process would wait for it.
    child.stdout.destroy()
    child.stderr.destroy()
    signal?.throwIfAborted()
  }
}

interface Place {
  readonly cwd: string | undefined
  readonly env: RunOptions['env']
}

function start([program = '', ...args]: readonly string[], { cwd, env }: Place) {
  const place = cwd === undefined ? {} : { cwd }
  return spawn(program, args, {
    ...place,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !WITHHELD.test(name)))
}

/** Whether it is the program that is not there: a folder that is not gives the same error. */
function isMissing(error: unknown, cwd: string | undefined): boolean {
  if (fieldOf(error, 'code') !== 'ENOENT') return false
  return cwd === undefined || statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Reads a stream to its end, and gives the first `maxBytes` of it. */
function beginningOf(stream: Readable, maxBytes: number): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    if (bytes < maxBytes) chunks.push(chunk)
    bytes += chunk.length
  })
  return () => Buffer.concat(chunks).subarray(0, maxBytes).toString()
}

/** The same with the last ones. */
function endOf(stream: Readable, maxBytes: number): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    for (let first = chunks[0]; first !== undefined && bytes - first.length >= maxBytes; first = chunks[0]) {
      bytes -= first.length
      chunks.shift()
    }
  })
  return () => Buffer.concat(chunks).subarray(-maxBytes).toString()
}

function exitOf(child: ChildProcess): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.on('error', reject)
  child.on('close', resolve)
  child.on('exit', (code) => {
    setTimeout(resolve, DRAIN_MS, code).unref()
  })
  return promise
}

interface Killer {
  hasKilled(): boolean
  /** Kills what the program has left behind, and nothing later. */
  end(): void
}

function killer(child: ChildProcess, timeoutMs: number, signal: AbortSignal | undefined): Killer {
  let hasKilled = false
  let force: NodeJS.Timeout | undefined
  const kill = (): void => {
    hasKilled = true
    killGroup(child, 'SIGTERM')
    force = setTimeout(killGroup, GRACE_MS, child, 'SIGKILL')
  }
  const timer = setTimeout(kill, timeoutMs)
  signal?.addEventListener('abort', kill)
  return {
    hasKilled: () => hasKilled,
    end() {
      clearTimeout(timer)
      clearTimeout(force)
      signal?.removeEventListener('abort', kill)
      killGroup(child, 'SIGKILL')
    },
  }
}

/** The group has the number of its first process, which `detached` made the leader of one. */
function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody of it is left.
  }
}
