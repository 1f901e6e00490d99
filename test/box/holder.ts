import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, run } from './process.ts'
import { processId, setOwner } from './slots.ts'
import type { Slot } from './slots.ts'

/** Whether the box ends with this process, or stays until it is told to go. */
export type Lifetime = 'owned' | 'detached'

/** Starts the process that holds the namespaces and the disk of a box; resolves when both are there. */
export async function hold(slot: Slot, lower: readonly string[], lifetime: Lifetime): Promise<void> {
  const script = join(import.meta.dirname, 'host', 'supervise.sh')
  writeFileSync(join(slot.folder, 'lower'), lower.join(':'))
  const detached = lifetime === 'detached'
  const supervisor = spawn('sh', [script, slot.folder, lower.join(':'), ...slot.cgroups], {
    detached: true,
    stdio: [detached ? 'ignore' : 'pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'], ...(detached ? { DETACHED: '1' } : {}) },
  })
  supervisor.unref()
  if (supervisor.stdin !== null && 'unref' in supervisor.stdin)
    (supervisor.stdin as unknown as { unref(): void }).unref()
  await once(supervisor, 'spawn')
  setOwner(slot, processId(supervisor.pid ?? 0))
  const held = await until(5000, () => existsSync(join(slot.folder, 'held')))
  if (!held) throw new Error(`The box '${slot.name}' got no namespaces or no overlay (see dmesg).`)
  await connect(slot)
}

/** Process number, on this machine, of the first process in the box's namespaces; undefined once it is gone. */
export function holderOf(slot: Slot): number | undefined {
  try {
    return childrenOf(Number(readFileSync(join(slot.folder, 'unshare'), 'utf8')))[0]
  } catch {
    return undefined
  }
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Lays the cable between machine and box. */
async function connect(slot: Slot): Promise<void> {
  const holder = holderOf(slot)
  if (holder === undefined) throw new Error(`The box '${slot.name}' ended while it was being set up.`)
  const [outer, inner] = [slot.machineAddress, slot.address].map((address) => `${address}/30`)
  // A link ends with its namespace, but some time later: the box before this one may have left it.
  await run(['ip', 'link', 'delete', slot.interface])
  await must(['ip', '-batch', '-'], {
    input: `link add ${slot.interface} type veth peer name host0 netns ${holder}
      addr add ${outer} dev ${slot.interface}
      link set ${slot.interface} up\n`,
  })
  await must(['nsenter', '-t', String(holder), '-n', 'ip', '-batch', '-'], {
    input: `addr add ${inner} dev host0\nlink set host0 up\n`,
  })
}

/**
 * Asks again until the answer is yes; false when time is up. At first every 20 ms, then less and less often where a
 * longest pause is given: for questions that cost something.
 */
export async function until(
  timeoutMs: number,
  isSo: () => boolean | Promise<boolean>,
  longestPauseMs = 20,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  for (let pauseMs = 20; Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    if (await isSo()) return true
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return false
}
