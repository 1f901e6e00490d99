import type { Random } from '../shared/ports.ts'
import type { Mode } from './inputs.ts'

/** Which workflow run this is; `''` where GitHub did not say. */
export interface RunIdentity {
  readonly runId: string
  readonly attempt: string
}

/** What the host is asked for; its answers must repeat id, rev and mode. */
export interface DeployRequest {
  readonly id: string
  readonly rev: string
  readonly mode: Mode
  readonly confirmSeconds: number
  readonly timeoutSeconds: number
}

/**
 * `<run id>-<attempt>-<16 hex digits>`. The parts from outside are cut to what the host takes as an id
 * (`[a-z0-9][a-z0-9-]{7,63}`), which keeps it valid outside GitHub too.
 */
export function deployIdOf({ runId, attempt }: RunIdentity, random: Random): string {
  return [runId, attempt].map(digitsOf).concat(random.hex(8)).join('-')
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '').slice(0, 20) || '0'
}

export function isDeployId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{7,63}$/.test(text)
}

/** The lines of protocol 1 that this action sends. */
export const requests = {
  hello: () => 'hello',
  status: () => 'status',
  deploy: ({ id, rev, mode, confirmSeconds, timeoutSeconds }: DeployRequest) =>
    `deploy ${id} ${rev} ${mode} ${confirmSeconds} ${timeoutSeconds}`,
  attach: (id: string, seq: number) => `attach ${id} ${seq}`,
  confirm: (id: string, nonce: string) => `confirm ${id} ${nonce}`,
  abort: (id: string) => `abort ${id}`,
  reboot: (id: string) => `reboot ${id}`,
} as const
