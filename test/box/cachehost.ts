import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Box } from './box.ts'

/** What a cache does with a request; one that hangs says nothing for ever, one that breaks ends the connection. */
type Behavior = 'answers' | 'has nothing' | 'hangs' | 'breaks'

/** A binary cache at the other end of the box's cable: a server like any other, which serves a folder as it is. */
export interface CacheHost extends AsyncDisposable {
  readonly url: string
  /** What it does with requests whose path matches; the last one that was set counts. */
  behave(behavior: Behavior, path?: RegExp): void
  /** Ends the connections whose requests hang: they are made again. */
  hangUp(): void
  /** Resolves when a path that matches is asked for, from now on. */
  askedFor(path: RegExp): Promise<unknown>
}

const servable = /^\/(nix-cache-info|[0-9a-z]{32}\.narinfo|nar\/[\w.]+)$/

/** `folder`: on the disk of the box, where its CI puts what it has built; the host half sees it by HTTP only. */
export async function serveCache(box: Box, folder: string): Promise<CacheHost> {
  const rules: [RegExp, Behavior][] = []
  const waiting = new Set<(path: string) => void>()
  const behaviorAt = (path: string): Behavior =>
    rules.findLast(([pattern]) => pattern.test(path))?.[1] ?? 'answers'
  const server = createServer(({ url = '' }, response) => {
    for (const look of waiting) look(url)
    const behavior = behaviorAt(url)
    if (behavior === 'breaks') response.destroy()
    if (behavior === 'breaks' || behavior === 'hangs') return
    const file = behavior === 'answers' && servable.test(url) ? folder + url : undefined
    answer(response, box, file).catch(() => response.destroy())
  })
  await once(server.listen(0, box.machineAddress), 'listening')
  return {
    url: `http://${box.machineAddress}:${(server.address() as AddressInfo).port}`,
    behave(behavior, path = /^/) {
      rules.push([path, behavior])
    },
    hangUp() {
      server.closeAllConnections()
    },
    askedFor(path) {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      const look = (asked: string): void => {
        if (!path.test(asked)) return
        waiting.delete(look)
        resolve(asked)
      }
      waiting.add(look)
      return promise
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** With the file of the box, where there is one. */
async function answer(response: ServerResponse, box: Box, file?: string): Promise<void> {
  const read = file === undefined ? undefined : await box.run(['base64', file])
  if (read?.code === 0) response.end(Buffer.from(read.stdout, 'base64'))
  else response.writeHead(404).end()
}
