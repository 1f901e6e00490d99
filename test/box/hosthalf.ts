import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inside, leaderOf, onDisk } from './machine.ts'
import { must } from './process.ts'
import type { Slot } from './slots.ts'

const source = join(import.meta.dirname, '..', '..', 'nix', 'vps-deploy')
const guest = join(import.meta.dirname, 'guest')

/** Installs the host half of the checkout in a box, running or not. In a running one its units are loaded again. */
export async function installHostHalf(slot: Slot): Promise<void> {
  if (!existsSync(join(source, 'bin'))) return
  const archive = join(slot.folder, 'host-half.tar')
  const contents = ['-C', source, 'bin', 'systemd', 'vps_deploy', '-C', guest, 'install-host-half']
  await must(['tar', '--exclude=__pycache__', '-cf', archive, ...contents])
  const input = readFileSync(archive)
  const execute = leaderOf(slot) === undefined ? onDisk : inside
  const unpack =
    'rm -rf /usr/local/lib/vps-deploy && mkdir -p /usr/local/lib/vps-deploy && cd /usr/local/lib/vps-deploy'
  const { code, stderr } = await execute(
    slot,
    ['sh', '-c', `${unpack} && tar -xf - && sh install-host-half`],
    { input },
  )
  if (code !== 0)
    throw new Error(`The host half could not be installed in the box '${slot.name}':\n${stderr}`)
}
