import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { childrenOf, holderOf, until } from './holder.ts'
import { run } from './process.ts'
import type { Finished, RunOptions } from './process.ts'
import { isAlive, killIfThere, processId } from './slots.ts'
import type { Slot } from './slots.ts'

const consoleFile = (slot: Slot) => join(slot.folder, 'console')
const machineFile = (slot: Slot) => join(slot.folder, 'machine')

/** Boots what is on the box's disk; resolves when systemd has started everything it wants to. */
export async function boot(slot: Slot): Promise<void> {
  await powerOn(slot)
  await booted(slot)
}

/** Starts the machine without waiting for anything. */
export async function powerOn(slot: Slot): Promise<void> {
  const script = join(import.meta.dirname, 'host', 'machine.sh')
  const root = join(slot.folder, 'disk', 'root')
  const log = openSync(consoleFile(slot), 'a')
  const namespaces = ['nsenter', '-t', String(holderOf(slot)), '-m', '-p', '-n', '--']
  const argv = [...namespaces, 'sh', script, root, `nix-vps-box-${slot.number}`, ...slot.cgroups]
  const machine = spawn(argv[0] ?? '', argv.slice(1), {
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'] },
  })
  machine.unref()
  closeSync(log)
  await once(machine, 'spawn')
  writeFileSync(machineFile(slot), String(machine.pid))
}

/** Waits until systemd says that the boot is over; one with failed units counts, for a test may want that. */
export async function booted(slot: Slot): Promise<void> {
  const isUp = async (): Promise<boolean> => {
    if (!hasSystemd(slot)) return false
    const state = (await inside(slot, ['systemctl', 'is-system-running', '--wait'])).stdout.trim()
    return state === 'running' || state === 'degraded'
  }
  if (await until(60_000, isUp)) return
  throw new Error(
    `The box '${slot.name}' did not come up:\n${readFileSync(consoleFile(slot), 'utf8').slice(-4000)}`,
  )
}

const hasSystemd = (slot: Slot): boolean => hasFile(slot, '/run/systemd/private', '')

/**
 * Whether the running box has a file with that text: asked without a process in the box, for it is asked often. No
 * link in its path may be absolute: it would lead to a file of this machine.
 */
export function hasFile(slot: Slot, path: string, text: string): boolean {
  const leader = leaderOf(slot)
  if (leader === undefined) return false
  const file = `/proc/${leader}/root${path}`
  try {
    return text === '' ? existsSync(file) : readFileSync(file, 'utf8').includes(text)
  } catch {
    return false
  }
}

/** Process number of the box's systemd on this machine. */
export function leaderOf(slot: Slot): number | undefined {
  const [nspawn] = machineProcesses(slot).slice(2)
  return nspawn === undefined ? undefined : childrenOf(nspawn).find(isFirstInItsNamespace)
}

/** nsenter, the loop around nspawn, and nspawn itself, as far as they run. */
function machineProcesses(slot: Slot): number[] {
  if (!existsSync(machineFile(slot))) return []
  const outermost = Number(readFileSync(machineFile(slot), 'utf8'))
  const [loop] = childrenOf(outermost)
  const [nspawn] = loop === undefined ? [] : childrenOf(loop)
  return [outermost, loop, nspawn].filter((pid) => pid !== undefined)
}

function isFirstInItsNamespace(pid: number): boolean {
  try {
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Whoever enters brings root's rights of the machine along, and there is one clock for all. */
const withoutClock = ['setpriv', '--bounding-set=-sys_time', '--inh-caps=-sys_time', '--']

/** Runs a program as root inside the running box; rejects if there is none. */
export async function inside(
  slot: Slot,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const leader = leaderOf(slot)
  if (leader === undefined) throw new Error(`The box '${slot.name}' is not running.`)
  const enter = ['nsenter', '-t', String(leader), '-m', '-u', '-i', '-n', '-p', '--']
  return run([...enter, ...withoutClock, ...environment, ...argv], { ...options, isKeptRunning: true })
}

/** Runs a program on the disk of a box that is switched off; it sees no /proc and no /run. */
export async function onDisk(
  slot: Slot,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const enter = [
    'nsenter',
    '-t',
    String(holderOf(slot)),
    '-m',
    '-n',
    '--',
    'chroot',
    join(slot.folder, 'disk', 'root'),
  ]
  return run([...enter, ...environment, ...argv], options)
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const environment = ['env', '-i', `PATH=${path}`, 'HOME=/root', 'LANG=C.UTF-8', 'TERM=dumb']

/** Ends every process of the machine at once, as a power cut does; its disk stays. */
export async function powerOff(slot: Slot): Promise<void> {
  const leader = leaderOf(slot)
  // The loop goes first: it must not see nspawn end.
  const [outermost, loop, nspawn] = machineProcesses(slot)
  const doomed = [loop, leader, nspawn, outermost].filter((pid) => pid !== undefined)
  for (const pid of doomed) killIfThere(pid)
  await until(5000, () => !doomed.some((pid) => isAlive(processId(pid))))
  rmSync(machineFile(slot), { force: true })
}

export function consoleText(slot: Slot): string {
  return existsSync(consoleFile(slot)) ? readFileSync(consoleFile(slot), 'utf8') : ''
}
