import type { RunningAction } from '../../support/run-action.ts'
import type { Box } from '../box.ts'
import { inside } from './inside.ts'
import { systemOf } from './kinds.ts'

/** What was done to a deploy, for the judge. */
export interface Notes {
  /** Deploys of which the host said `{"confirmed":true}`. */
  readonly confirmed: Set<string>
  /** Deploys of which the host said that it aborts them. */
  readonly aborted: Set<string>
  /** Deploys whose nonce somebody sent. */
  readonly asked: Set<string>
  /** Somebody else changed the profile. */
  byHand: boolean
  /** The runner was told to stop, or was killed. */
  canceled: boolean
  boots: number
}

/** A deploy while a fault strikes it. */
export interface Scene {
  readonly box: Box
  readonly step: RunningAction
  readonly seed: number
  readonly amount: number
  /** Of the deploy; '' where the host does not know it yet. */
  readonly id: string
  readonly notes: Notes
}

/** Resolves when it is over; false: there was nothing to strike. */
export type Strike = (scene: Scene) => Promise<boolean>

const isDone = (code: number): boolean => code === 0

export async function shell(box: Box, command: string): Promise<boolean> {
  try {
    return isDone((await box.run(command, { timeoutMs: 400_000 })).code)
  } catch {
    return false
  }
}

export const command =
  (text: string): Strike =>
  ({ box }) =>
    shell(box, text)

export const hit =
  (target: string, name: string): Strike =>
  async ({ box, amount }) =>
    isDone((await inside(box, 'hit', target, name, 0.2 + amount * 3, ((amount * 10) % 1) * 0.1)).code)

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export async function cut({ box }: Scene, ms: number): Promise<boolean> {
  await box.link('down')
  await pause(ms)
  // A fault that pulled the plug meanwhile has put it in again.
  await box.link('up')
  return true
}

export async function plug({ box, amount, notes }: Scene): Promise<boolean> {
  if (!box.isRunning()) return false
  notes.boots++
  await box.pullPlug()
  await pause(amount * 2000)
  await box.start()
  return true
}

export async function reboot({ box, notes }: Scene): Promise<boolean> {
  if (!box.isRunning()) return false
  notes.boots++
  await box.reboot()
  return true
}

/** From the box itself: a connection from outside would hang for good where the power goes meanwhile. */
export async function answer(box: Box, request: string): Promise<string> {
  const options = ['-i', '/root/chaos-key', '-o', 'StrictHostKeyChecking=no', '-o', 'LogLevel=ERROR']
  try {
    const { code, stdout } = await box.run(['ssh', ...options, 'deploy@127.0.0.1', request])
    return code === 0 ? stdout : ''
  } catch {
    return ''
  }
}

export async function abort({ box, id, notes }: Scene): Promise<boolean> {
  if (id === '') return false
  if ((await answer(box, `abort ${id}`)) !== '') notes.aborted.add(id)
  return true
}

export async function confirm({ box, id, notes }: Scene): Promise<boolean> {
  const nonce = `/var/lib/vps-deploy/deploys/${id}/confirm.json`
  const file = await box.run(['cat', nonce]).catch(() => undefined)
  if (file?.code !== 0) return false
  notes.asked.add(id)
  const said = await answer(box, `confirm ${id} ${(JSON.parse(file.stdout) as { nonce: string }).nonce}`)
  if (said.includes('"confirmed":true')) notes.confirmed.add(id)
  return true
}

export async function guess({ box, id }: Scene): Promise<boolean> {
  if (id === '') return false
  const said = await answer(box, `confirm ${id} ${'0123456789abcdef'.repeat(2)}`)
  if (said !== '') throw new Error(`a nonce that was guessed is answered with ${said}`)
  return true
}

/** A commit on top, as when somebody pushes meanwhile: the host itself judges the new system. */
export async function company({ box, seed, amount }: Scene): Promise<boolean> {
  const rev = await box.commit(systemOf(seed + 0.5))
  const request = `deploy chaos-company-${seed} ${rev} ${amount < 0.8 ? 'switch' : 'boot'} 0 200`
  const isAccepted = `timeout 20 sh -c 'until [ -e /var/lib/vps-deploy/deploys/chaos-company-${seed} ]; do sleep 0.02; done'`
  return shell(box, `setsid runuser -u deploy -- vps-deploy ${request} >/dev/null 2>&1 & ${isAccepted}`)
}

export const cancel =
  (...signals: readonly NodeJS.Signals[]): Strike =>
  async ({ step, notes }) => {
    notes.canceled = true
    for (const name of signals) {
      step.signal(name)
      // GitHub's runner waits 7.5 s after the first and 2.5 s after the second.
      if (name !== 'SIGKILL') await Promise.race([step.finished, pause(name === 'SIGINT' ? 7500 : 2500)])
    }
    return true
  }

export async function byHand({ box, notes }: Scene): Promise<boolean> {
  notes.byHand = true
  const set = 'nix-env -p /nix/var/nix/profiles/system --set $(readlink -f /run/current-system)'
  return shell(box, set)
}

/** For a while there is no room on the disk of the state, which the walk has made a small one. */
export async function full({ box, amount }: Scene): Promise<boolean> {
  const file = '/var/lib/vps-deploy/home/fill'
  const fill = `dd if=/dev/zero of=${file} bs=4k 2>/dev/null`
  return shell(
    box,
    `mountpoint -q /var/lib/vps-deploy || exit 1; ${fill}; sleep ${0.2 + amount * 4}; rm -f ${file}`,
  )
}
