/** The manifests of the actions, as GitHub reads them. */
import { Evaluator, Lexer, Parser, data, wellKnownFunctions } from '@actions/expressions'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

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

/** What a default becomes in a run; `github` has the fields of that context, such as `sha`. */
export function evaluated(value: string, github: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const pairs = Object.entries(github).map(([key, field]) => ({ key, value: new data.StringData(field) }))
    const contexts = new data.Dictionary({ key: 'github', value: new data.Dictionary(...pairs) })
    const { tokens } = new Lexer(expression).lex()
    const tree = new Parser(tokens, ['github'], Object.values(wellKnownFunctions)).parse()
    return new Evaluator(tree, contexts).evaluate().coerceString()
  })
}
