// A process of its own, so that nothing else counts: hears what a server says, and tells how much it was and what it took.
import { keepYoungSpaceSmall } from '../../../actions/shared/adapters/memory.ts'
import { ssh } from '../../../actions/shared/adapters/ssh.ts'
import { endpointTo } from '../../support/endpoint.ts'
import type { Sshd } from '../../support/sshd.ts'

const [server = '', command = ''] = process.argv.slice(2)
// As the action begins.
keepYoungSpaceSmall()
let bytes = 0
const count = (text: string): void => {
  bytes += Buffer.byteLength(text)
}
await using session = await ssh(endpointTo(JSON.parse(server) as Sshd))({ timeoutMs: 10_000 })
const exit = await session.exec(command, { stdout: count, stderr: count })
console.log(JSON.stringify({ exit, bytes, peakMib: process.resourceUsage().maxRSS / 1024 }))
