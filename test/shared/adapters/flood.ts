// A process of its own, so that nothing else counts: hears what a server says, and tells how much it was and what is kept.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { keepYoungSpaceSmall } from '../../../actions/shared/adapters/memory.ts'
import { ssh } from '../../../actions/shared/adapters/ssh.ts'
import { endpointTo } from '../../support/endpoint.ts'
import type { Sshd } from '../../support/sshd.ts'

const LOOK_EVERY = 20_000_000
const [server = '', command = ''] = process.argv.slice(2)
// As the action begins.
keepYoungSpaceSmall()
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

let bytes = 0
let looks = 0
let keptMib = 0
// What a process takes beside that is garbage, of which there is the more the busier the machine is.
const count = (text: string): void => {
  bytes += Buffer.byteLength(text)
  if (bytes < (looks + 1) * LOOK_EVERY) return
  looks++
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  keptMib = Math.max(keptMib, (heapUsed + external) / 2 ** 20)
}
await using session = await ssh(endpointTo(JSON.parse(server) as Sshd))({ timeoutMs: 10_000 })
const exit = await session.exec(command, { stdout: count, stderr: count })
console.log(JSON.stringify({ exit, bytes, looks, keptMib }))
