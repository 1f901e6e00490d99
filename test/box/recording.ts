// Deploys of what a CI has recorded, and what becomes of them.
import { afterAll, beforeAll, expect } from '@jest/globals'
import { mustAsk } from './asking.ts'
import { bootBox } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import { startCi } from './ci.ts'
import type { Ci, Owner, Recorded } from './ci.ts'
import { hostState, leftovers, tearDown } from './deploying.ts'
import type { HostEvent } from './deploying.ts'
import { askAnew } from './sshclient.ts'

export interface Scene {
  readonly box: Box
  readonly ci: Ci
}

/** A box with its CI and `system`, for a whole suite. Whatever the suite does, nothing is left in the box at its end. */
export function suiteScene(system: SystemSpec = {}): () => Scene {
  let scene: Scene | undefined
  beforeAll(async () => {
    const box = await bootBox()
    scene = { box, ci: await startCi(box) }
    await mustAsk(box, 'first-one', scene.ci.host(system))
  }, 300_000)
  afterAll(async () => {
    await tearDown(scene?.box)
    await scene?.ci.cache[Symbol.asyncDispose]()
  }, 300_000)
  return () => {
    if (scene === undefined) throw new Error('the box is not up yet')
    return scene
  }
}

let asked = 0

/** What becomes of a deploy of that commit, and what it leaves behind. */
export async function answerTo({ box }: Scene, rev: string, mode = 'switch'): Promise<Answered> {
  const before = await hostState(box)
  const { code, stdout, stderr } = await askAnew(box, `deploy recorded-${++asked} ${rev} ${mode} 0 200`)
  const events = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as HostEvent)
  const { status, system, message = stderr } = events.at(-1) ?? ({} as Partial<HostEvent>)
  const isUntouched = JSON.stringify(await hostState(box)) === JSON.stringify(before)
  return { code, status, system, said: String(message), events, isUntouched, left: await leftovers(box) }
}

/** Deploys what a scenario begins with. */
export async function mustDeployRecorded(scene: Scene, spec: SystemSpec, by?: Owner): Promise<Recorded> {
  const recorded = await scene.ci.recorded(spec, by)
  const { status, said } = await answerTo(scene, recorded.rev)
  if (status !== 'deployed') throw new Error(`The deploy of what is recorded did not work: ${said}`)
  return recorded
}

export interface Answered {
  readonly code: number | undefined
  readonly events: readonly HostEvent[]
  readonly status: unknown
  readonly system: unknown
  readonly said: string
  /** Current system, profile and boot entry are those of before. */
  readonly isUntouched: boolean
  readonly left: string
}

/** One who was refused, in one sentence, and nothing is touched. */
export function refused(why: RegExp): Record<string, unknown> {
  return { code: 65, status: 'refused', said: expect.stringMatching(why), isUntouched: true, left: '' }
}

export function deployed(path: string): Record<string, unknown> {
  return { code: 0, status: 'deployed', system: path, left: '' }
}

/** The warnings of a deploy. */
export function warningsOf({ events }: Answered): string[] {
  return events.filter(({ type }) => type === 'warning').map(({ text }) => text ?? '')
}
