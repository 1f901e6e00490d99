import { holderOf, until } from './holder.ts'
import { boot, booted, inside, leaderOf, powerOff, powerOn } from './machine.ts'
import { must } from './process.ts'
import type { Slot } from './slots.ts'

export interface Power {
  /** Ends everything in it from one moment to the next; what is on disk stays. */
  pullPlug(): Promise<void>
  /** Boots what is on disk. */
  start(): Promise<void>
  /** The same for what may never come up: nothing is waited for. */
  switchOn(): Promise<void>
  reboot(): Promise<void>
  /** Resolves when a machine that went down by itself, or is about to, is up again. */
  comesBack(): Promise<void>
  /** Whether its system runs. */
  isRunning(): boolean
}

export function power(slot: Slot): Power {
  const comesBack = async (): Promise<void> => {
    const before = leaderOf(slot)
    const isNew = (): boolean => ![undefined, before].includes(leaderOf(slot))
    if (!(await until(60_000, isNew))) throw new Error(`The box '${slot.name}' did not reboot.`)
    await booted(slot)
  }
  return {
    async pullPlug() {
      // A machine without power sends nothing; its kernel here would still say goodbye for it.
      await setCable(slot, 'down')
      await powerOff(slot)
    },
    async start() {
      await setCable(slot, 'up')
      await boot(slot)
    },
    async switchOn() {
      await setCable(slot, 'up')
      await powerOn(slot)
    },
    async reboot() {
      const back = comesBack()
      await inside(slot, ['systemctl', 'reboot'])
      await back
    },
    comesBack,
    isRunning: () => leaderOf(slot) !== undefined,
  }
}

export interface Network {
  /** The cable to the box. */
  link(state: 'up' | 'down'): Promise<void>
}

export function network(slot: Slot): Network {
  return {
    link: (state) => setCable(slot, state),
  }
}

/** At the box's end: at the machine's, the packets to it would leave by the default route. */
async function setCable(slot: Slot, state: 'up' | 'down'): Promise<void> {
  await must([...inNetwork(slot), 'ip', 'link', 'set', 'host0', state])
}

function inNetwork(slot: Slot): string[] {
  return ['nsenter', '-t', String(holderOf(slot)), '-n', '--']
}
