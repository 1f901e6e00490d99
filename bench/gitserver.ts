import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GitServer extends AsyncDisposable {
  readonly url: string
}

/** Git over HTTP, by git's own program for it: the repositories below a folder. */
export async function startGitServer(folder: string): Promise<GitServer> {
  const server = createServer((request, response) => {
    answer(folder, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const env = environmentOf(folder, request)
  const cgi = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  request.pipe(cgi.stdin)
  const pieces: Buffer[] = []
  cgi.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  cgi.stdout.on('end', () => {
    const said = Buffer.concat(pieces)
    const end = said.indexOf('\r\n\r\n')
    for (const header of said.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = header.split(': ')
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.end(said.subarray(end + 4))
  })
}

/** CGI (RFC 3875): facts of the request in the environment. */
function environmentOf(folder: string, { url = '', method = '', headers }: IncomingMessage) {
  const { pathname, search } = new URL(url, 'http://localhost')
  const header = (name: string) => String(headers[name] ?? '')
  return {
    ...{ PATH: process.env['PATH'] ?? '', GIT_PROJECT_ROOT: folder, GIT_HTTP_EXPORT_ALL: '1' },
    ...{ PATH_INFO: pathname, QUERY_STRING: search.slice(1), REQUEST_METHOD: method },
    ...{ CONTENT_TYPE: header('content-type'), HTTP_CONTENT_ENCODING: header('content-encoding') },
    GIT_PROTOCOL: header('git-protocol'),
    // The repository may belong to somebody else than who runs this.
    ...{ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' },
  }
}
