/** A host for one run of the bundle: OpenSSH's own server with a scripted forced command. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startSshd, type Sshd } from '../support/sshd.ts'

export const REV = '95a89711a27f35b705a53947abe90e28d440604f'
const SCRIPT = fileURLToPath(new URL('forcedhost.ts', import.meta.url))

export interface BundleHost extends AsyncDisposable {
  readonly sshd: Sshd
  readonly inputs: Readonly<Record<string, string>>
  /** In order, without what tells the deploys apart. */
  requests(): readonly string[]
  /** How many connections they came over. */
  connections(): number
}

/** `endless`: its builds end only when they are aborted; `interrupted`: they go on only after two cuts. */
export async function startHost(builds: 'short' | 'endless' | 'interrupted' = 'short'): Promise<BundleHost> {
  const directory = mkdtempSync(join(tmpdir(), 'nix-vps-host-'))
  if (builds !== 'short') writeFileSync(join(directory, builds), '')
  const sshd = await startSshd({ forcedCommand: `${process.execPath} ${SCRIPT} ${directory}` })
  const { host, port, user, key, knownHosts } = sshd
  const file = join(directory, 'requests')
  const lines = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [])
  return {
    sshd,
    inputs: {
      host,
      port: String(port),
      user,
      'ssh-key': key.privateKey,
      'known-hosts': knownHosts,
      rev: REV,
    },
    requests: () => lines().map((line) => line.replace(/^\S+ /, '').replace(/ \d+-\d+-[0-9a-f]{16}/, ' ID')),
    connections: () => new Set(lines().map((line) => line.split(' ')[0])).size,
    [Symbol.asyncDispose]: async () => {
      await sshd[Symbol.asyncDispose]()
      rmSync(directory, { recursive: true })
    },
  }
}

/** Everything but the lines that tell the runner what to mask. */
export function shown(log: string): string {
  return log.replace(/^::add-mask::.*\n/gm, '')
}
