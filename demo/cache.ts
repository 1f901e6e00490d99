/** A binary cache over HTTP whose paths are there once they are published. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Cache extends AsyncDisposable {
  readonly url: string
  /** All that it holds, published or not. */
  paths(): readonly string[]
  /** A tar archive of the files of a cache, as `nix copy` makes them. */
  unpack(archive: Buffer): void
  readonly publish: (path: string) => void
}

/** `address`: of this machine. */
export async function startCache(address: string): Promise<Cache> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-cache-'))
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  const published = new Set<string>()
  const server = createServer(({ url = '' }, response) => {
    const [, hash] = /^\/([0-9a-z]{32})\.narinfo$/.exec(url) ?? []
    const isThere = hash !== undefined ? published.has(hash) : /^\/(nix-cache-info|nar\/[\w.]+)$/.test(url)
    if (isThere) response.end(readFileSync(join(folder, url)))
    else response.writeHead(404).end()
  })
  server.listen(0, address)
  await once(server, 'listening')
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    paths: () => narInfos(folder).map((text) => /^StorePath: (.*)$/m.exec(text)?.[1] ?? ''),
    unpack(archive) {
      execFileSync('tar', ['-C', folder, '-x'], { input: archive })
    },
    publish(path) {
      published.add(path.slice('/nix/store/'.length).slice(0, 32))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      remove()
    },
  }
}

function narInfos(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.narinfo'))
  return files.map((name) => readFileSync(join(folder, name), 'utf8'))
}
