import { connect as connectTcp, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { hostAndPort } from '../address.ts'
import { formatDuration } from '../duration.ts'
import { ConnectError } from '../errors.ts'
import { acceptableTypes } from '../hostkey.ts'
import type { Destination, Dial, DialOptions, Endpoint, Session } from '../ports.ts'
import { execute } from './sshexec.ts'
import { type Connection, HostKeyRefused, type Keepalive, login } from './sshlogin.ts'

/** A lost connection is noticed after about 20 s; that it is quiet, after a few. */
const KEEPALIVE: Keepalive = { intervalMs: 2_000, countMax: 9 }
const CLOSE_MS = 1_000

/** Connects to a host, through its jump host if it has one. */
export function ssh(destination: Destination, keepalive = KEEPALIVE): Dial {
  return async (options) => {
    const limit = limitOf(destination, options)
    const { jump } = destination
    const open = tcpTo(jump ?? destination, options)
    if (jump === undefined) return sessionOn([await connected(destination, { open, limit, keepalive })])

    const first = await connected(jump, { open, limit, keepalive })
    try {
      const through = (): Promise<Duplex> => forwarded(first, destination, limit)
      return sessionOn([await connected(destination, { open: through, limit, keepalive }), first])
    } catch (error) {
      await close(first)
      throw error
    }
  }
}

interface Way {
  readonly open: () => Duplex | Promise<Duplex>
  /** Aborted with what the dial is to be rejected with. */
  readonly limit: AbortSignal
  readonly keepalive: Keepalive
}

function limitOf({ host, port }: Endpoint, { timeoutMs, signal }: DialOptions): AbortSignal {
  const late = new AbortController()
  AbortSignal.timeout(Math.ceil(timeoutMs)).addEventListener('abort', () => {
    const message = `${hostAndPort(host, port)} did not answer within ${formatDuration(timeoutMs)}.`
    late.abort(new ConnectError('unreachable', message))
  })
  return signal === undefined ? late.signal : AbortSignal.any([late.signal, signal])
}

/**
 * A fingerprint does not tell the type of its key: a host that shows another key is asked again, for the types that it
 * has not shown yet.
 */
async function connected(endpoint: Endpoint, { open, limit, keepalive }: Way): Promise<Connection> {
  const { pin } = endpoint
  let types = acceptableTypes(pin)
  let refusal: HostKeyRefused | undefined
  while (types.length > 0) {
    try {
      return await login(endpoint, { socket: await open(), keepalive, limit, types })
    } catch (error) {
      if (!(error instanceof HostKeyRefused)) throw firstOf(refusal, error)
      refusal ??= error
      types = pin.fingerprints.length === 0 ? [] : types.filter((type) => type !== error.type)
    }
  }
  throw refusal ?? new Error('a pin accepts no type of host key')
}

/** Once a host has shown a wrong key, it is no news that it has none of another type. */
function firstOf(refusal: HostKeyRefused | undefined, error: unknown): unknown {
  const isAboutHostKeys = error instanceof ConnectError && error.kind === 'host-key'
  return refusal !== undefined && isAboutHostKeys ? refusal : error
}

/** Already connecting when it is returned, so that the host is at work while the client loads. */
function tcpTo({ host, port }: Endpoint, { reachMs }: DialOptions): () => Duplex {
  return () => {
    const socket = connectTcp({ host, port, noDelay: true })
    if (reachMs !== undefined) limitConnecting(socket, reachMs)
    return socket
  }
}

/** The kernel asks for a connection less and less often; who asks anew finds a link sooner that has come back. */
function limitConnecting(socket: Socket, ms: number): void {
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('connect ETIMEDOUT'), { code: 'ETIMEDOUT' }))
  }, ms)
  const done = (): void => {
    clearTimeout(timer)
  }
  socket.once('connect', done).once('close', done)
}

function forwarded({ client }: Connection, { host, port }: Endpoint, limit: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    limit.addEventListener('abort', () => {
      reject(limit.reason as Error)
    })
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel)
      else reject(unforwarded(hostAndPort(host, port), error))
    })
  })
}

function unforwarded(where: string, error: Error): ConnectError {
  return new ConnectError('unreachable', `The jump host cannot reach ${where}: ${error.message}.`, {
    cause: error,
  })
}

/** The last connection was made through the one after it. */
function sessionOn(connections: readonly [Connection, ...Connection[]]): Session {
  return {
    exec: (command, handlers, signal) => execute(connections[0], { command, signal }, handlers),
    quietMs: () => connections[0].quietMs(),
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) await close(connection)
    },
  }
}

async function close({ client, socket, lost }: Connection): Promise<void> {
  if (lost() === undefined)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS)
      client.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      client.end()
    })
  // client.destroy() leaves a socket alone that is closed on our side only; on a dead link nobody closes the other
  // side, and the process would wait for it.
  socket.destroy()
}
