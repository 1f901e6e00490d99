/** A host that says more than anybody reads. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { root } from '../support/manifest.ts'
import { startSshd } from '../support/sshd.ts'

jest.setTimeout(120_000)

const REV = 'a'.repeat(40)
const LIMIT_MB = 300

test('the bundle keeps a host waiting while nobody reads its log, and none of what it says in memory', async () => {
  await using sshd = await startSshd({ forcedCommand: 'exec yes 0123456789012345678901234567890123456789' })
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-flood-'))
  const pipe = join(folder, 'log')
  execFileSync('mkfifo', [pipe])
  // Opened for both directions: it has a reader that never reads.
  const log = openSync(pipe, 'r+')
  const inputs = {
    HOST: sshd.host,
    PORT: String(sshd.port),
    USER: sshd.user,
    'SSH-KEY': sshd.key.privateKey,
    'KNOWN-HOSTS': sshd.knownHosts,
    REV,
    MODE: 'switch',
    PROTOCOL: 'plain',
    TIMEOUT: '400s',
    'CONFIRM-TIMEOUT': '90s',
    'HEALTH-TIMEOUT': '60s',
    'CONNECT-TIMEOUT': '20s',
    'CONNECT-ATTEMPTS': '5',
    'JUMP-PORT': '22',
    REBOOT: 'never',
  }
  const env = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name}`, value]))
  const action = spawn(process.execPath, [join(root, 'dist/deploy-nixos/index.js')], {
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'], ...env },
  })
  try {
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    const status = readFileSync(`/proc/${action.pid}/status`, 'utf8')
    expect(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024).toBeLessThan(LIMIT_MB)
  } finally {
    action.kill('SIGKILL')
    await once(action, 'exit')
    closeSync(log)
    rmSync(folder, { recursive: true })
  }
})
