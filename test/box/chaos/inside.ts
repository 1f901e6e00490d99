import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Box } from '../box.ts'
import type { Finished } from '../process.ts'
import type { HostEvent } from '../deploying.ts'

const program = readFileSync(join(import.meta.dirname, 'inside.py'), 'utf8')

/** Runs a verb of inside.py; a box that is switched off, now or meanwhile, answers with a code that is not 0. */
export async function inside(box: Box, verb: string, ...args: readonly unknown[]): Promise<Finished> {
  // Without it, what is on disk would be asked, where nothing runs.
  if (!box.isRunning()) return { code: -1, stdout: '', stderr: 'The box is switched off.' }
  try {
    const argv = ['python3', '-IS', '-', verb, JSON.stringify(args)]
    return await box.run(argv, { input: program, timeoutMs: 400_000 })
  } catch (error) {
    return { code: -1, stdout: '', stderr: String(error) }
  }
}

export interface Result {
  readonly status: string
  readonly exitCode: number
  readonly mode: string
  readonly message: string
  readonly system: string | null
  readonly generation: number | null
  /** Of a deploy that only scheduled it: the deploy that tries it. */
  readonly trial?: string
}

/** One deploy as the host has it on disk. */
export interface DeployFacts {
  readonly id: string
  /** `commit confirm`, and so on. */
  readonly decision: string
  readonly result: Result | null
  readonly stage: Readonly<Record<string, unknown>> | null
  readonly confirm: Readonly<Record<string, unknown>> | null
  /** Seconds since the epoch of its result. */
  readonly ended: number
  readonly events: readonly (HostEvent | null)[]
  /** Whether the last line of the events has no end. */
  readonly torn: boolean
}

/** How the host stands, from its files alone. */
export interface Facts {
  readonly running: string
  readonly booted: string
  readonly profile: string
  readonly default: string
  readonly generation: number
  readonly bootId: string
  readonly active: readonly string[]
  readonly failed: readonly string[]
  readonly deploys: readonly DeployFacts[]
}

/** With all deploys but those that are known already. */
export async function factsOf(box: Box, known: readonly string[]): Promise<Facts> {
  const { code, stdout, stderr } = await inside(box, 'facts', known)
  if (code !== 0) throw new Error(`The state of the box cannot be read:\n${stderr}`)
  return JSON.parse(stdout) as Facts
}
