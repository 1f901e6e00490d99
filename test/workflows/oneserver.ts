/** deploy.yml and rollback.yml as they are started, and what their jobs make of it. */
import type { Contexts } from '../support/expressions.ts'
import { resultsOf, type Result, type Situation } from './running.ts'
import { workflow } from './workflows.ts'

export const REV = 'ffac537e6cbbf934b08745a378932722df287a53'
export const OTHER = 'b'.repeat(40)

type Values = Readonly<Record<string, unknown>>

/** What GitHub fills an omitted input of a call with. */
export function callOf(file: string, given: Values = {}): Values {
  const { inputs = {} } = workflow(file).on.workflow_call ?? {}
  const defaults = Object.entries(inputs).map(([name, { default: value = '' }]) => [name, value])
  return { ...(Object.fromEntries(defaults) as Values), ...given }
}

export interface Start {
  readonly event?: string
  /** `undefined` = none, as on a push. */
  readonly inputs?: Values
  readonly vars?: Values
  readonly secrets?: Values
  readonly payload?: Values
}

export function contextsOf({
  event = 'push',
  inputs = {},
  vars = {},
  secrets = {},
  payload = {},
}: Start): Contexts {
  const github = { event_name: event, sha: REV, ref_name: 'main', event: payload }
  return { github, inputs, vars, secrets, needs: waited(REV) }
}

export function waited(sha: string, lock = 'web.example.org'): Values {
  const outputs = { sha, lock, minutes: '35' }
  return { wait: { outputs }, plan: { outputs } }
}

/** The result of every job of deploy.yml. */
export function ran(start: Start, situation: Partial<Situation> = {}): Readonly<Record<string, Result>> {
  return resultsOf(workflow('deploy.yml'), {
    ends: {},
    outputs: {},
    contexts: contextsOf(start),
    ...situation,
  })
}
