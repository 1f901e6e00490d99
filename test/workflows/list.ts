/** Lists of hosts, and the two actions that deploy-fleet.yml runs beside the three. */
import { join } from 'node:path'
import { root } from '../support/manifest.ts'
import { type ActionRun, runScript } from '../support/run-action.ts'

export const PIN = `SHA256:${'A'.repeat(43)}`

export type Host = Readonly<Record<string, unknown>>

export function host(name: string, more: Host = {}): Host {
  return { name, host: `${name}.example.org`, 'host-fingerprint': PIN, ...more }
}

export interface Given {
  readonly mode?: string
  readonly record?: string
  readonly hasKey?: boolean
  readonly more?: unknown
}

/** Runs fleet-stages as the runner does. */
export async function split(
  hosts: unknown,
  { mode = 'switch', record = 'false', hasKey = true, more = '' }: Given = {},
): Promise<ActionRun> {
  return run('fleet-stages', {
    hosts: json(hosts),
    'more-hosts': json(more),
    mode,
    record,
    'has-key': String(hasKey),
  })
}

/** Runs fleet-summary. */
export async function summarized(inputs: Inputs): Promise<ActionRun> {
  return run('fleet-summary', inputs)
}

type Inputs = Readonly<Record<string, string>>

async function run(action: string, inputs: Inputs): Promise<ActionRun> {
  const env = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return runScript(join(root, '.github/actions', action, 'main.ts'), {
    env: Object.fromEntries(env) as Inputs,
  })
}

function json(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a red step says, without its command and with its lines. */
export function complaint({ stdout }: ActionRun): string {
  const [, message = ''] = /^::error::(.*)$/m.exec(stdout) ?? []
  return message.replaceAll('%0A', '\n').replaceAll('%25', '%')
}
