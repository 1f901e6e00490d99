import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cached, digest, forgetUnused } from './cache.ts'
import { script } from './layers.ts'
import { inside, leaderOf, onDisk } from './machine.ts'
import { must } from './process.ts'
import type { Slot } from './slots.ts'

const source = join(import.meta.dirname, '..', '..', 'nix', 'vps-deploy')
const guest = join(import.meta.dirname, 'guest')

/** The layers of a box with the host half of the checkout in it: as installing it, but done once for all boxes. */
export async function withHostHalf(lower: readonly string[]): Promise<readonly string[]> {
  if (!existsSync(join(source, 'bin'))) return lower
  const input = archive()
  const name = `box-host-half-${digest(...lower, input.toString('latin1'))}`
  const layer = await cached(name, async (folder) => {
    forgetUnused('box-host-half-')
    await must(['sh', script('make-host-half.sh'), folder, lower.join(':')], { input })
  })
  return [join(layer, 'upper'), ...lower]
}

/** Installs the host half of the checkout in a box, running or not. In a running one its units are loaded again. */
export async function installHostHalf(slot: Slot): Promise<void> {
  if (!existsSync(join(source, 'bin'))) return
  const execute = leaderOf(slot) === undefined ? onDisk : inside
  const unpack =
    'rm -rf /usr/local/lib/vps-deploy && mkdir -p /usr/local/lib/vps-deploy && cd /usr/local/lib/vps-deploy'
  const { code, stderr } = await execute(
    slot,
    ['sh', '-c', `${unpack} && tar -xf - && sh install-host-half`],
    { input: archive() },
  )
  if (code !== 0)
    throw new Error(`The host half could not be installed in the box '${slot.name}':\n${stderr}`)
}

/** Equal files, equal bytes. */
function archive(): Buffer {
  const contents = ['-C', source, 'bin', 'systemd', 'vps_deploy', '-C', guest, 'install-host-half']
  const equal = ['--sort=name', '--mtime=@1', '--owner=0', '--group=0', '--numeric-owner']
  return execFileSync('tar', ['--exclude=__pycache__', ...equal, '-cf', '-', ...contents], {
    maxBuffer: 1 << 26,
  })
}
