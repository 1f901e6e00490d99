import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Box } from '../test/box/box.ts'
import { startAction } from '../test/support/run-action.ts'
import { inTurns, ms } from './stats.ts'
import type { Figure } from './stats.ts'

interface RoundTrips {
  /** OpenSSH's client, `hello`, start to end. */
  readonly openssh: number
  /** The action, start to the line that shows the answer to its `hello`. */
  readonly hello: number
  /** The action, start to the line that shows that the host took the deploy. */
  readonly accepted: number
}

/** Both clients log in to the same sshd, in turns. The box runs the commit already, so a deploy changes nothing. */
export async function roundTrips(box: Box, rev: string, rounds: number): Promise<RoundTrips> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-bench-'))
  writeFileSync(join(folder, 'key'), box.deployKey, { mode: 0o600 })
  writeFileSync(join(folder, 'known_hosts'), `${box.hostKey}\n`)
  const accepted: number[] = []
  try {
    const { openssh, hello } = await inTurns(rounds, {
      openssh: () => opensshHello(box, folder),
      async hello() {
        const times = await actionTimes(box, rev)
        accepted.push(times.accepted)
        return times.hello
      },
    })
    const sorted = accepted.slice(1).sort((a, b) => a - b)
    return { openssh, hello, accepted: sorted[Math.floor(sorted.length / 2)] ?? NaN }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function opensshHello(box: Box, folder: string): Promise<number> {
  const options = [
    '-F',
    'none',
    '-o',
    `UserKnownHostsFile=${join(folder, 'known_hosts')}`,
    '-o',
    'BatchMode=yes',
  ]
  const start = performance.now()
  const target = ['-i', join(folder, 'key'), '-o', 'IdentitiesOnly=yes', `deploy@${box.address}`, 'hello']
  await promisify(execFile)('ssh', [...options, ...target])
  return performance.now() - start
}

async function actionTimes(box: Box, rev: string): Promise<{ hello: number; accepted: number }> {
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  const start = performance.now()
  const action = startAction('deploy-nixos', inputs)
  await action.waitFor(/^Connected to /m)
  const hello = performance.now() - start
  await action.waitFor(/^Accepted by /m)
  const accepted = performance.now() - start
  await action.finished
  return { hello, accepted }
}

export function helloFigures({ openssh, hello, accepted }: RoundTrips): Figure[] {
  return [
    {
      name: 'hello through the action : ssh deploy@host hello',
      ratio: hello / openssh,
      atMost: 1.5,
      detail: `${ms(hello)} : ${ms(openssh)}`,
    },
    {
      name: 'accepted through the action : hello through the action',
      ratio: accepted / hello,
      atMost: 1.5,
      detail: `${ms(accepted)} : ${ms(hello)}`,
    },
  ]
}
