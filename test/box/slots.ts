import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { locked } from './lock.ts'
import { run } from './process.ts'

/** One file system object for each box of this machine; the number in the name gives address and interface. */
const slotsFolder = '/run/nix-vps-boxes'
const slotCount = 250
/** Slots are taken and given back by one process at a time: who removes one must not meet who takes it again. */
const slotsLock = '/run/nix-vps-boxes.lock'

/** A process of this machine, told apart from a later one with the same number. */
export interface ProcessId {
  readonly pid: number
  /** Clock ticks between boot and its start; '' once it is gone. */
  readonly started: string
}

export interface Slot {
  readonly number: number
  readonly name: string
  readonly folder: string
  readonly interface: string
  /** Addresses of the link between machine and box. */
  readonly machineAddress: string
  readonly address: string
  readonly cgroups: readonly string[]
}

export function processId(pid: number): ProcessId {
  try {
    // "pid (name) state …": the 22nd field is the start time. The name may hold anything, brackets too.
    const [state = '', ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { pid, started: 'ZX'.includes(state) ? '' : (fields[18] ?? '') }
  } catch {
    return { pid, started: '' }
  }
}

export function isAlive(process: ProcessId): boolean {
  return process.started !== '' && processId(process.pid).started === process.started
}

function slotOf(number: number, name: string): Slot {
  const id = `nix-vps-box-${number}`
  return {
    number,
    name,
    folder: join(slotsFolder, String(number)),
    interface: `nvbox${number}`,
    // 198.18.0.0/15 is set apart for benchmarks (RFC 2544): nobody's network.
    machineAddress: `198.18.${number}.1`,
    address: `198.18.${number}.2`,
    cgroups: cgroupRoots().map((root) => join(root, id)),
  }
}

/** The hierarchies systemd needs a group of its own in: one in the pure layout, two in the hybrid, one in the old. */
function cgroupRoots(): string[] {
  const root = '/sys/fs/cgroup'
  if (existsSync(join(root, 'cgroup.controllers'))) return [root]
  return ['systemd', 'unified'].map((name) => join(root, name)).filter((path) => existsSync(path))
}

/** Takes a free slot, after removing what crashed boxes left. The owner is what it lives as long as. */
export function claimSlot(name: string): Promise<Slot> {
  return locked(slotsLock, async () => {
    await reap()
    return freeSlot(name)
  })
}

function freeSlot(name: string): Slot {
  if (findSlot(name) !== undefined) throw new Error(`A box named '${name}' is already up.`)
  const draft = join(slotsFolder, `draft-${process.pid}-${name}`)
  mkdirSync(draft, { recursive: true, mode: 0o700 })
  writeOwner(draft, name, processId(process.pid))
  for (let number = 1; number <= slotCount; number++) {
    const slot = slotOf(number, name)
    try {
      // Fails where a folder is, for that is not empty.
      renameSync(draft, slot.folder)
    } catch {
      continue
    }
    for (const cgroup of slot.cgroups) mkdirSync(cgroup, { recursive: true })
    return slot
  }
  throw new Error(`All ${slotCount} box slots in ${slotsFolder} are taken.`)
}

export function setOwner(slot: Slot, owner: ProcessId): void {
  writeOwner(slot.folder, slot.name, owner)
}

function writeOwner(folder: string, name: string, owner: ProcessId): void {
  writeFileSync(join(folder, 'owner.tmp'), JSON.stringify({ name, owner }))
  renameSync(join(folder, 'owner.tmp'), join(folder, 'owner'))
}

export function findSlot(name: string): Slot | undefined {
  return taken().find((slot) => slot.name === name)
}

function taken(): (Slot & { readonly owner: ProcessId })[] {
  const numbers = existsSync(slotsFolder)
    ? readdirSync(slotsFolder).filter((entry) => /^\d+$/.test(entry))
    : []
  return numbers.flatMap((number) => {
    try {
      const text = readFileSync(join(slotsFolder, number, 'owner'), 'utf8')
      const { name, owner } = JSON.parse(text) as { name: string; owner: ProcessId }
      return [{ ...slotOf(Number(number), name), owner }]
    } catch {
      // Removed while we looked.
      return []
    }
  })
}

/** Ends a box, whoever started it. */
export async function endSlot(slot: Slot): Promise<void> {
  const owner = taken().find(({ name }) => name === slot.name)?.owner
  if (owner !== undefined && owner.pid !== process.pid && isAlive(owner)) {
    process.kill(owner.pid, 'SIGTERM')
    const deadline = Date.now() + 10_000
    while (isAlive(owner) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await locked(slotsLock, async () => {
    // Its number may belong to another box by now.
    if (findSlot(slot.name)?.number === slot.number) await removeSlot(slot)
  })
}

/** Removes what boxes left whose owner is gone. */
async function reap(): Promise<void> {
  for (const slot of taken()) if (!isAlive(slot.owner)) await removeSlot(slot)
}

/** Kills what still runs of a slot and removes it; the namespaces' mounts end with their processes. */
async function removeSlot(slot: Slot): Promise<void> {
  for (const pid of slot.cgroups.flatMap(processesBelow)) killIfThere(pid)
  const deadline = Date.now() + 5000
  while (slot.cgroups.some((cgroup) => existsSync(cgroup)) && Date.now() < deadline)
    await run(['find', ...slot.cgroups, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'])
  // It ends with the namespace, but some time later: the next box would find it there.
  if (existsSync(`/sys/class/net/${slot.interface}`)) await run(['ip', 'link', 'delete', slot.interface])
  rmSync(slot.folder, { recursive: true, force: true })
}

function processesBelow(cgroup: string): number[] {
  if (!existsSync(cgroup)) return []
  const groups = readdirSync(cgroup, { recursive: true, withFileTypes: true })
  const files = groups.filter((entry) => entry.name === 'cgroup.procs')
  return files.flatMap((file) =>
    readFileSync(join(file.parentPath, file.name), 'utf8').split('\n').filter(Boolean).map(Number),
  )
}

export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
