import type { Random } from '../shared/ports.ts'
import type { Identity } from './events.ts'
import type { Mode } from './inputs.ts'

/** Which workflow run this is; `''` where GitHub did not say. */
export interface RunIdentity {
  readonly runId: string
  readonly attempt: string
}

/** What the host is asked for. */
export interface DeployRequest {
  readonly id: string
  /** `''` with mode rollback. */
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

/** What the host's answers must repeat. To the host, a rollback is a deploy of its own choice with mode switch. */
export function identityOf({ id, rev, mode }: DeployRequest): Partial<Identity> {
  return mode === 'rollback' ? { id, kind: 'rollback', mode: 'switch' } : { id, kind: 'deploy', rev, mode }
}

/** The request that begins it. */
export function openingOf(request: DeployRequest): string {
  return request.mode === 'rollback' ? requests.rollback(request) : requests.deploy(request)
}

/** The lines of protocol 1 that this action sends. */
export const requests = {
  hello: () => 'hello',
  status: () => 'status',
  deploy: ({ id, rev, mode, confirmSeconds, timeoutSeconds }: DeployRequest) =>
    `deploy ${id} ${rev} ${mode} ${confirmSeconds} ${timeoutSeconds}`,
  rollback: ({ id, confirmSeconds, timeoutSeconds }: DeployRequest) =>
    `rollback ${id} ${confirmSeconds} ${timeoutSeconds}`,
  attach: (id: string, seq: number) => `attach ${id} ${seq}`,
  confirm: (id: string, nonce: string) => `confirm ${id} ${nonce}`,
  abort: (id: string) => `abort ${id}`,
  reboot: (id: string) => `reboot ${id}`,
} as const
