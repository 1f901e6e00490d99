import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Box } from './box.ts'
import { isAlive, processId } from './slots.ts'
import type { ProcessId } from './slots.ts'

/** Where the machine keeps what it knows of a box. */
export function slotOf(of: Box): string {
  return join('/run/nix-vps-boxes', of.address.split('.')[2] ?? '')
}

interface Trace {
  readonly path: string
  readonly process?: ProcessId
}

/** Everything on this machine that shows that a box is there. */
export function tracesOf(of: Box): Trace[] {
  const number = of.address.split('.')[2] ?? ''
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const processes = numbers.filter((pid) => commandLine(pid).some((word) => word.startsWith(slotOf(of))))
  const groups = ['', 'systemd', 'unified'].map((kind) =>
    join('/sys/fs/cgroup', kind, `nix-vps-box-${number}`),
  )
  return [
    ...processes.map((pid) => ({ path: `/proc/${pid}`, process: processId(Number(pid)) })),
    ...[`/sys/class/net/nvbox${number}`, slotOf(of), ...groups].filter(existsSync).map((path) => ({ path })),
  ]
}

/** Those that are still there. */
export function remaining(traces: readonly Trace[]): Trace[] {
  return traces.filter(({ path, process }) => (process === undefined ? existsSync(path) : isAlive(process)))
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
