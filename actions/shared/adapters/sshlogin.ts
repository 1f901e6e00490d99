import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Config, NodeSSH } from 'node-ssh'
import { hostAndPort } from '../address.ts'
import { type Attempt, connectErrorOf } from '../connecterrors.ts'
import { ConnectError } from '../errors.ts'
import { refusalOf, signatureAlgorithmsOf, verdictOf } from '../hostkey.ts'
import type { Endpoint } from '../ports.ts'
import { keyTypeOf } from '../publickey.ts'

/** The client below node-ssh, of which we use the connecting only: its own commands lose output and disconnects. */
export type Client = NonNullable<NodeSSH['connection']>

/** A client that is logged in. */
export interface Connection {
  readonly client: Client
  readonly socket: Duplex
  /** Why it is gone, `undefined` while it stands. */
  readonly lost: () => string | undefined
  /** For how long nothing has come. */
  readonly quietMs: () => number
}

export interface Keepalive {
  readonly intervalMs: number
  readonly countMax: number
}

export interface Means {
  /** May still be connecting. */
  readonly socket: Duplex
  readonly keepalive: Keepalive
  /** Aborted with what the login shall be rejected with. */
  readonly limit: AbortSignal
  /** Of host keys; not empty. */
  readonly types: readonly string[]
}

/** The host showed a key that is not the pinned one. */
export class HostKeyRefused extends ConnectError {
  readonly type: string

  constructor(key: Uint8Array, { pin }: Endpoint) {
    const { message, hint } = refusalOf(key, pin)
    super('host-key', message, { hint })
    this.type = keyTypeOf(key) ?? ''
  }
}

/** Fast ones first, and no compression: what we send is small. */
const ALGORITHMS: NonNullable<Config['algorithms']> = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group-exchange-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
}

/** Exchanges keys over a socket, checks the host's, and authenticates. Rejects with `ConnectError`, the socket closed. */
export async function login(endpoint: Endpoint, means: Means): Promise<Connection> {
  const progress: Progress = {
    where: hostAndPort(endpoint.host, endpoint.port),
    user: endpoint.user,
    stage: isConnecting(means.socket) ? 'connect' : 'handshake',
  }
  // The socket connects while the client loads; a failure of it without a listener would end the process.
  means.socket.on('error', (error) => {
    progress.failure ??= error
  })
  try {
    const { NodeSSH } = await import(/* webpackMode: "eager" */ 'node-ssh')
    means.limit.throwIfAborted()
    if (progress.failure !== undefined) throw progress.failure
    return await authenticate(new NodeSSH(), configOf(endpoint, means, progress), { progress, ...means })
  } catch (error) {
    means.socket.destroy()
    means.limit.throwIfAborted()
    throw progress.refusal ?? connectErrorOf(progress.failure ?? error, progress)
  }
}

interface Progress extends Attempt {
  stage: Attempt['stage']
  failure?: Error
  refusal?: HostKeyRefused
}

function configOf(endpoint: Endpoint, { socket, keepalive, types }: Means, progress: Progress): Config {
  const { passphrase } = endpoint.key
  return {
    sock: socket,
    username: endpoint.user,
    privateKey: endpoint.key.text,
    ...(passphrase !== undefined && { passphrase }),
    authHandler: ['publickey'],
    algorithms: { ...ALGORITHMS, serverHostKey: signatureAlgorithmsOf(types) },
    // Anything but a strict false would accept the key.
    hostVerifier: (key: Buffer): boolean => {
      if (verdictOf(key, endpoint.pin) === 'trusted') return true
      progress.refusal = new HostKeyRefused(key, endpoint)
      return false
    },
    keepaliveInterval: keepalive.intervalMs,
    keepaliveCountMax: keepalive.countMax,
    // The limit covers the whole dial, a jump host included.
    readyTimeout: 0,
  }
}

interface Circumstances {
  readonly progress: Progress
  readonly socket: Duplex
  readonly limit: AbortSignal
}

async function authenticate(
  ssh: NodeSSH,
  config: Config,
  { progress, socket, limit }: Circumstances,
): Promise<Connection> {
  const connecting = ssh.connect(config)
  const client = ssh.connection
  // It is there at once, unless the configuration was refused.
  if (client === null) throw await connecting.then(() => new Error('no client'))
  const watching = watched(client, progress)
  const late = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => {
      reject(limit.reason as Error)
    })
  })
  await Promise.race([connecting, late])
  return { socket, ...watching, quietMs: quietTimeOf(socket) }
}

/** Of a socket that somebody reads already: the first to listen would set it flowing. */
function quietTimeOf(socket: Duplex): () => number {
  let heardMs = performance.now()
  socket.on('data', () => {
    heardMs = performance.now()
  })
  return () => performance.now() - heardMs
}

/** From the first moment: node-ssh takes its own listener off once it is ready, and an error nobody hears is fatal. */
function watched(client: Client, progress: Progress): Pick<Connection, 'client' | 'lost'> {
  let reason: string | undefined
  client.on('connect', () => {
    progress.stage = 'handshake'
  })
  client.on('handshake', () => {
    progress.stage = 'authentication'
  })
  client.on('error', (error) => {
    reason ??= error.message
  })
  client.on('close', () => {
    reason ??= 'the connection was closed'
  })
  return { client, lost: () => reason }
}

function isConnecting(socket: Duplex): boolean {
  return socket instanceof Socket && socket.connecting
}
