/** A network that can fall silent: connections stay open, and nothing comes through any more. */
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../support/sshd.ts'

export interface SilentProxy extends AsyncDisposable {
  readonly port: number
  /** From now on every byte is swallowed, in both directions, and nobody is told. */
  fallSilent(): void
}

export async function startProxy({ host, port: to }: { host: string; port: number }): Promise<SilentProxy> {
  let isSilent = false
  const sockets = new Set<Socket>()
  const pass = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.on('data', (bytes) => {
      if (!isSilent) to.write(bytes)
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      if (!isSilent) to.destroy()
    })
  }
  // A half-closed connection is not closed by this side: the other end of a dead link would not, either.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host, port: to, allowHalfOpen: true })
    pass(client, upstream)
    pass(upstream, client)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    fallSilent: () => {
      isSilent = true
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
