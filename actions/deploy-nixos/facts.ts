import { hostAndPort } from '../shared/address.ts'
import type { Destination } from '../shared/ports.ts'
import type { Inputs } from './inputs.ts'
import type { DeployRequest } from './request.ts'
import { newWatched, type Watched } from './watched.ts'

/** The deploy that tries a scheduled system at one boot. */
export interface Trial extends Watched {
  /** Store path. */
  readonly system: string
  /** Whether the host was told to boot into it: `asked` = without an answer so far. */
  boot: 'none' | 'asked' | 'taken'
}

export function newTrial(id: string, system: string): Trial {
  return { ...newWatched(id), system, boot: 'none' }
}

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
  readonly own: Watched
  /** The request may have reached the host. */
  wasSent: boolean
  /** The later deploy that took over. */
  successor: Watched | undefined
  trial: Trial | undefined
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
    own: newWatched(request.id),
    wasSent: false,
    successor: undefined,
    trial: undefined,
    problems: [],
    trouble: undefined,
    reboot: 'none',
  }
}

/** The commit; with mode rollback, of the system that the host goes back to. `''` = not known (yet). */
export function revOf({ request, own }: Facts): string {
  return request.mode === 'rollback' ? (own.ledger.result?.rev ?? '') : request.rev
}

function sshWords({ host, port, user, jump }: Destination): string {
  const through = jump === undefined ? '' : ` -J ${jump.user}@${hostAndPort(jump.host, jump.port)}`
  const at = port === 22 ? '' : ` -p ${port}`
  return `ssh${through}${at} ${user}@${host}`
}
