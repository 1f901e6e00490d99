/** Two servers on loopback that answer as a test wants them to. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

interface Asked {
  readonly url: string
  readonly method: string
  readonly headers: IncomingMessage['headers']
}

export interface Answering extends AsyncDisposable {
  readonly base: string
  /** Another host, which always answers the same. */
  readonly elsewhere: string
  /** What both were asked. */
  readonly asked: Asked[]
  /** The connections to `base` that are open. */
  readonly sockets: Set<Socket>
  answer: Handler
}

export async function startAnswering(): Promise<Answering> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  const [server, base] = await listening(asked, (request, response) => answering.answer(request, response))
  const [other, elsewhere] = await listening(asked, (_, response) => response.end('elsewhere'))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const answering: Answering = {
    ...{ base, elsewhere, asked, sockets },
    answer: (_, response) => response.end('body'),
    async [Symbol.asyncDispose]() {
      for (const one of [server, other]) {
        one.closeAllConnections()
        await new Promise((resolve) => one.close(resolve))
      }
    },
  }
  return answering
}

async function listening(asked: Asked[], handler: Handler): Promise<[Server, string]> {
  const started = createServer((request, response) => {
    asked.push({ url: request.url ?? '', method: request.method ?? '', headers: request.headers })
    handler(request, response)
  })
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  return [started, `http://127.0.0.1:${(started.address() as AddressInfo).port}`]
}
