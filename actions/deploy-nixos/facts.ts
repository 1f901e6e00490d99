import { hostAndPort } from '../shared/address.ts'
import type { Destination } from '../shared/ports.ts'
import type { Inputs } from './inputs.ts'
import { EMPTY_LEDGER, type Ledger } from './ledger.ts'
import type { DeployRequest } from './request.ts'

/** What has been seen and done so far: all that outputs, summary and last words are made from. */
export interface Facts {
  readonly request: DeployRequest
  readonly protocol: Inputs['protocol']
  /** `example.org`, `[::1]:2222`. */
  readonly host: string
  /** `ssh -p 2222 deploy@example.org`, for people. */
  readonly ssh: string
  /** `vps-arm (example.org)`, once it has said its name. */
  place: string
  ledger: Ledger
  /** The request may have reached the host. */
  wasSent: boolean
  /** The later deploy that took over. */
  successor: { readonly id: string; ledger: Ledger } | undefined
  /** The host said that the commit stands. */
  isConfirmed: boolean
  /** Why it was not confirmed, in sentences. */
  readonly problems: string[]
  /** Why there is no connection; `undefined` = there is one, or there was none yet. */
  trouble: string | undefined
  /** `asked` = without an answer so far, `done` = it is back on the new system. */
  reboot: 'none' | 'asked' | 'taken' | 'done'
}

export function newFacts(request: DeployRequest, { destination, protocol }: Inputs): Facts {
  return {
    request,
    protocol,
    host: hostAndPort(destination.host, destination.port),
    ssh: sshWords(destination),
    place: hostAndPort(destination.host, destination.port),
    ledger: EMPTY_LEDGER,
    wasSent: false,
    successor: undefined,
    isConfirmed: false,
    problems: [],
    trouble: undefined,
    reboot: 'none',
  }
}

function sshWords({ host, port, user, jump }: Destination): string {
  const through = jump === undefined ? '' : ` -J ${jump.user}@${hostAndPort(jump.host, jump.port)}`
  const at = port === 22 ? '' : ` -p ${port}`
  return `ssh${through}${at} ${user}@${host}`
}
