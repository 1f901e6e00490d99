/** Starts the bundle of an action as GitHub's runner does, and reads what it left in the runner's files. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collected } from './collected.ts'
import { evaluated, manifestOf, root } from './manifest.ts'

export interface RunOptions {
  /** Added to the few variables that every step has. */
  readonly env?: Readonly<Record<string, string>>
  /** Arguments for node before the bundle. */
  readonly nodeArguments?: readonly string[]
  /** Gets every piece of the log as it comes. */
  readonly onOutput?: (text: string) => void
  /** `false`: the log is too long to be kept, `onOutput` alone sees it. */
  readonly keepsLog?: boolean
}

export interface ActionRun {
  /** `null` if it was killed. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Standard output and standard error as they came. */
  readonly log: string
  readonly lines: readonly string[]
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  readonly durationMs: number
}

export interface RunningAction {
  readonly pid: number
  readonly finished: Promise<ActionRun>
  /** The log so far. */
  log(): string
  /** Resolves as soon as the log matches; rejects when the action ends, or time is up, without it. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>
  signal(name: NodeJS.Signals): void
}

type Inputs = Readonly<Record<string, string>>

/** Runs an action to its end. */
export async function runAction(name: string, inputs: Inputs, options: RunOptions = {}): Promise<ActionRun> {
  return startAction(name, inputs, options).finished
}

/** Starts an action; inputs that are not given get the manifest's defaults. */
export function startAction(name: string, inputs: Inputs, options: RunOptions = {}): RunningAction {
  const github = { ...BASE_ENVIRONMENT, ...options.env }
  const env = { ...options.env, ...inputVariables(name, inputs, github) }
  return startScript(join(root, 'dist', name, 'index.js'), { ...options, env })
}

/** Runs any program as if it were an action's. */
export async function runScript(entry: string, options: RunOptions = {}): Promise<ActionRun> {
  return startScript(entry, options).finished
}

/** It ends with the process that started it, if that exits first. */
export function startScript(
  entry: string,
  { env, onOutput, keepsLog = true, nodeArguments = [] }: RunOptions = {},
): RunningAction {
  const directory = mkdtempSync(join(tmpdir(), 'nix-vps-step-'))
  const files = filesIn(directory)
  const start = performance.now()
  const child = spawn(process.execPath, [...nodeArguments, entry], {
    cwd: directory,
    env: { ...BASE_ENVIRONMENT, ...files, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const giveUp = (): void => {
    child.kill()
    rmSync(directory, { recursive: true, force: true })
  }
  process.once('exit', giveUp)
  const output = collected(child, keepsLog, onOutput)
  const finished = ended(child).then(({ code, signal }): ActionRun => {
    process.off('exit', giveUp)
    const { log, stdout, stderr } = output
    const outputs = parseOutputs(readFileSync(files.GITHUB_OUTPUT, 'utf8'))
    const summary = readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8')
    rmSync(directory, { recursive: true, force: true })
    const durationMs = performance.now() - start
    return { code, signal, log, stdout, stderr, lines: log.split('\n'), outputs, summary, durationMs }
  })
  return {
    pid: child.pid ?? 0,
    finished,
    log: () => output.log,
    waitFor: (pattern, timeoutMs = 30_000) => output.match(pattern, { timeoutMs, finished }),
    signal: (signal) => void child.kill(signal),
  }
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal })
    })
  })
}

function filesIn(directory: string) {
  const file = (name: string): string => {
    writeFileSync(join(directory, name), '')
    return join(directory, name)
  }
  return {
    GITHUB_OUTPUT: file('output'),
    GITHUB_STATE: file('state'),
    GITHUB_ENV: file('env'),
    GITHUB_PATH: file('path'),
    GITHUB_STEP_SUMMARY: file('summary'),
  }
}

/** No variable of the machine that runs the tests reaches the action, but what a program needs to start. */
const BASE_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: tmpdir(),
  CI: 'true',
  GITHUB_ACTIONS: 'true',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_REPOSITORY: 'octo-org/octo-repo',
  GITHUB_RUN_ID: '1658821493',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_SHA: 'ffac537e6cbbf934b08745a378932722df287a53',
}

/** `INPUT_*` for every input of the manifest, as the runner sets them. */
function inputVariables(
  name: string,
  inputs: Inputs,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const declared = manifestOf(name).inputs
  const unknown = Object.keys(inputs).filter((input) => !(input in declared))
  if (unknown.length > 0) throw new Error(`${name} has no input ${unknown.join(', ')}`)
  const github = { sha: env['GITHUB_SHA'] ?? '', event_name: env['GITHUB_EVENT_NAME'] ?? '', token: '' }
  const values = Object.entries(declared).map(([input, { default: fallback = '' }]) => [
    `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`,
    inputs[input] ?? evaluated(fallback, github),
  ])
  return Object.fromEntries(values) as Record<string, string>
}

/** The file of `name<<delimiter`, lines, `delimiter`. */
function parseOutputs(text: string): Record<string, string> {
  const found = [...text.matchAll(/^([^\n]*?)<<(\S+)\n([\s\S]*?)\n?\2\n/gm)]
  return Object.fromEntries(found.map(([, name = '', , value = '']) => [name, value]))
}
