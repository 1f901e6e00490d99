/** The repository's workflows, as GitHub reads them. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Contexts, filled } from '../support/expressions.ts'
import { root } from '../support/manifest.ts'

export interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, unknown>>
  readonly with?: Readonly<Record<string, unknown>>
}

export interface Job {
  readonly needs?: string | readonly string[]
  readonly if?: string
  /** A reusable workflow. */
  readonly uses?: string
  readonly steps?: readonly Step[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': unknown }
  readonly strategy?: { readonly 'fail-fast': unknown; readonly matrix: Readonly<Record<string, unknown>> }
  readonly outputs?: Readonly<Record<string, string>>
  readonly secrets?: unknown
  readonly with?: Readonly<Record<string, unknown>>
  readonly 'timeout-minutes'?: unknown
  readonly environment?: unknown
}

interface Call {
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown; readonly required?: boolean }>>
  readonly secrets?: Readonly<Record<string, { readonly required?: boolean }>>
}

export interface Workflow {
  readonly name: string
  readonly on: Readonly<Record<string, unknown>> & {
    readonly workflow_call?: Call
    readonly workflow_dispatch?: Call | null
  }
  readonly permissions?: unknown
  readonly defaults?: unknown
  readonly jobs: Readonly<Record<string, Job>>
}

const FOLDER = '.github/workflows'

export function workflowFiles(): readonly string[] {
  return readdirSync(join(root, FOLDER)).sort()
}

export function workflowText(file: string): string {
  return readFileSync(join(root, FOLDER, file), 'utf8')
}

export function workflow(file: string): Workflow {
  return parse(workflowText(file)) as Workflow
}

export function job(file: string, name: string): Job {
  const found = workflow(file).jobs[name]
  if (found === undefined) throw new Error(`${file} has no job ${name}`)
  return found
}

export function stepsOf(file: string): readonly Step[] {
  return Object.values(workflow(file).jobs).flatMap(({ steps = [] }) => steps)
}

/** The step of a job that runs one of the repository's own actions. */
export function stepWith(action: string, { steps = [] }: Job): Step {
  const found = steps.find(({ uses }) => uses === `$/${action}`)
  if (found === undefined) throw new Error(`No step uses ${action}`)
  return found
}

export function needsOf({ needs = [] }: Job): readonly string[] {
  return typeof needs === 'string' ? [needs] : needs
}

/** What a job hands to one of the repository's own actions, evaluated. */
export function given(action: string, of: Job, contexts: Contexts): Readonly<Record<string, string>> {
  const fields = stepWith(action, of).with ?? {}
  const values = Object.entries(fields).map(([name, value]) => [name, filled(String(value), contexts)])
  return Object.fromEntries(values) as Record<string, string>
}
