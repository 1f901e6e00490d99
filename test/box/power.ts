import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
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

/** A bad cable; both directions are alike. */
interface Impairment {
  /** The part of the packets that is lost, from 0 to 1. */
  readonly loss: number
  /** One way. */
  readonly delayMs: number
  /** Which packets are lost. */
  readonly seed: number
}

export interface Network {
  /** The cable to the box. */
  link(state: 'up' | 'down'): Promise<void>
  /** Lays a bad cable instead, until this process or the box ends. Connections that stand break. */
  impair(how: Impairment): Promise<void>
}

export function network(slot: Slot): Network {
  return {
    link: (state) => setCable(slot, state),
    impair: (how) => layBadCable(slot, how),
  }
}

async function layBadCable(slot: Slot, { loss, delayMs, seed }: Impairment): Promise<void> {
  const script = join(import.meta.dirname, 'host', 'lossy.py')
  const ends = [slot.interface, `${slot.machineAddress}/30`, 'host0', `${slot.address}/30`]
  const how = [loss, delayMs, seed].map(String)
  const cable = spawn('python3', ['-IS', script, String(holderOf(slot)), ...ends, ...how], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const failed = once(cable, 'exit').then(([code]) => {
    throw new Error(`The bad cable to the box '${slot.name}' ended with ${String(code)}.`)
  })
  await Promise.race([once(cable.stdout, 'data'), failed])
  failed.catch(() => undefined)
  for (const part of [cable, cable.stdin, cable.stdout] as unknown as { unref(): void }[]) part.unref()
}

/** At the box's end: at the machine's, the packets to it would leave by the default route. */
async function setCable(slot: Slot, state: 'up' | 'down'): Promise<void> {
  await must([...inNetwork(slot), 'ip', 'link', 'set', 'host0', state])
}

function inNetwork(slot: Slot): string[] {
  return ['nsenter', '-t', String(holderOf(slot)), '-n', '--']
}
