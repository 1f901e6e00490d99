/** The manifests of the actions, as GitHub reads them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { filled } from './expressions.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

interface Input {
  readonly description: string
  readonly required?: boolean
  readonly default?: string
}

export interface Manifest {
  readonly name: string
  readonly description: string
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: { readonly using: string; readonly main: string }
}

/** The folders of all actions. */
export function actionNames(): readonly string[] {
  const folders = readdirSync(join(root, 'actions')).sort()
  return folders.filter((name) => existsSync(join(root, 'actions', name, 'action.yml')))
}

export function manifestText(action: string): string {
  return readFileSync(join(root, 'actions', action, 'action.yml'), 'utf8')
}

export function manifestOf(action: string): Manifest {
  return parse(manifestText(action)) as Manifest
}

/** The fields of the `github` context, such as `sha`; those of `event` are objects themselves. */
export interface GitHubContext {
  readonly [field: string]: string | number | GitHubContext
}

/** What a default becomes in a run. */
export function evaluated(value: string, github: GitHubContext): string {
  return filled(value, { github })
}
