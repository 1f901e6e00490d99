import { parsePin } from '../../actions/shared/hostkey.ts'
import type { Endpoint, ExecHandlers, Exit, Session } from '../../actions/shared/ports.ts'
import { parsePrivateKey } from '../../actions/shared/privatekey.ts'
import type { Sshd } from './sshd.ts'

export interface EndpointOptions {
  readonly user?: string
  /** Text of a private key. */
  readonly key?: string
  readonly passphrase?: string
  readonly knownHosts?: string
  readonly fingerprints?: string
}

/** How to reach a server; pinned by all its host keys unless said otherwise. */
export function endpointTo(sshd: Sshd, options: EndpointOptions = {}): Endpoint {
  const { host, port } = sshd
  const pinned = options.fingerprints === undefined ? sshd.knownHosts : ''
  const { knownHosts = pinned, fingerprints = '' } = options
  return {
    host,
    port,
    user: options.user ?? sshd.user,
    key: parsePrivateKey(options.key ?? sshd.key.privateKey, options.passphrase),
    pin: parsePin({ host, port, knownHosts, fingerprints }),
  }
}

export interface Collected {
  readonly exit: Exit
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command and gathers what it wrote. */
export async function collect(session: Session, command: string, signal?: AbortSignal): Promise<Collected> {
  const text = { stdout: '', stderr: '' }
  const handlers: ExecHandlers = {
    stdout: (piece) => {
      text.stdout += piece
    },
    stderr: (piece) => {
      text.stderr += piece
    },
  }
  const exit = await session.exec(command, handlers, signal)
  return { exit, ...text }
}
