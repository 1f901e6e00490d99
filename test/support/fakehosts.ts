/** Hosts of any name over TLS, reached through a proxy on loopback, which write down what they were asked. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface HostRequest {
  readonly host: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface HostAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface FakeHosts extends AsyncDisposable {
  /** For programs that are to reach them, and nobody else: variables of curl's and Nix's. */
  readonly env: Readonly<Record<string, string>>
  readonly requests: HostRequest[]
  /** What they answer; may be replaced. */
  answer: (request: HostRequest) => HostAnswer
}

export async function fakeHosts(names: readonly string[], answer: FakeHosts['answer']): Promise<FakeHosts> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-hosts-'))
  const { key, certificate } = certificateFor(names, folder)
  const secure = createSecureServer({ key, cert: certificate }, (request, response) => {
    const { host = '', ...headers } = request.headers
    const asked = { host, path: request.url ?? '', headers }
    hosts.requests.push(asked)
    const { status, headers: more = {}, body = '' } = hosts.answer(asked)
    response.writeHead(status, more).end(body)
  })
  const proxy = createServer((_, response) => response.writeHead(405).end())
  // Whatever name it is for: the request says it again.
  proxy.on('connect', (_, socket) => {
    const way = connect(portOf(secure), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      way.pipe(socket).pipe(way)
    })
    for (const end of [way, socket]) end.on('error', () => way.destroy())
  })
  for (const server of [secure, proxy]) await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = `http://127.0.0.1:${portOf(proxy)}`
  const trusted = join(folder, 'ca.pem')
  const hosts: FakeHosts = {
    env: { https_proxy: address, http_proxy: address, no_proxy: '', NIX_SSL_CERT_FILE: trusted },
    requests: [],
    answer,
    async [Symbol.asyncDispose]() {
      for (const server of [secure, proxy]) server.closeAllConnections()
      await Promise.all([secure, proxy].map((server) => new Promise((resolve) => server.close(resolve))))
      rmSync(folder, { recursive: true })
    },
  }
  return hosts
}

function certificateFor(names: readonly string[], folder: string) {
  const file = join(folder, 'key.pem')
  const alternatives = names.map((name) => `DNS:${name}`).join(',')
  const argv = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const subject = ['-subj', '/CN=fake hosts', '-addext', `subjectAltName=${alternatives}`, '-keyout', file]
  const certificate = execFileSync('openssl', [...argv, ...subject], { stdio: 'pipe' })
  writeFileSync(join(folder, 'ca.pem'), certificate)
  return { key: readFileSync(file), certificate }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
