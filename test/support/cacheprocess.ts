// A binary cache for measurements: `node cacheprocess.ts FILE DELAY` serves the narinfos that FILE, a JSON object by
// hash part, holds, prints its address, and ends with its stdin. It has a process of its own and does as little as can
// be, like a cache that is elsewhere: what it takes of the machine is taken from whoever is measured.
import { readFileSync } from 'node:fs'
import { type AddressInfo, type Socket, createServer } from 'node:net'

const [, , file = '', delayMs = '0'] = process.argv
const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
const answers = new Map(Object.entries(texts).map(([hash, text]) => [`/${hash}.narinfo`, answer(200, text)]))
answers.set('/nix-cache-info', answer(200, 'StoreDir: /nix/store\n'))
const NONE = answer(404, '')

function answer(status: number, text: string): Buffer {
  return Buffer.from(`HTTP/1.1 ${status} Whatever\r\nContent-Length: ${text.length}\r\n\r\n${text}`)
}

function serve(socket: Socket): void {
  let asked = ''
  socket.setEncoding('latin1').on('data', (piece: string) => {
    asked += piece
    for (let end = asked.indexOf('\r\n\r\n'); end !== -1; end = asked.indexOf('\r\n\r\n')) {
      const from = asked.indexOf(' ') + 1
      const reply = answers.get(asked.slice(from, asked.indexOf(' ', from))) ?? NONE
      // Nix asks so whether there is a path, before it asks for it.
      const said = asked.startsWith('HEAD ') ? reply.subarray(0, reply.indexOf('\r\n\r\n') + 4) : reply
      asked = asked.slice(end + 4)
      setTimeout(() => socket.write(said), Number(delayMs))
    }
  })
  socket.on('error', () => undefined)
}

const server = createServer({ noDelay: true }, serve).listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.stdin.on('end', () => process.exit()).resume()
