import type { Box } from '../box.ts'
import { inside } from './inside.ts'
import { abort, answer, confirm, plug } from './strikes.ts'
import type { Scene } from './strikes.ts'
import { momentOf, settled } from './waits.ts'
import type { TrialPlan } from './trialPlan.ts'

type Trying = Omit<Scene, 'id'> & {
  readonly known: readonly string[]
  /** None: whatever waits is only booted. */
  readonly plan: TrialPlan | undefined
  /** Deploys what calls a trial off; returns what is wrong. */
  readonly callOff: () => Promise<string[]>
}

/** The host would wait for ever for a boot; four of them are more than any deploy of the walk leaves. */
const mostBoots = 4

/** After the step: boots what it left to be booted, or gives it up; returns what went wrong. */
export async function tryAll(trying: Trying): Promise<string[]> {
  for (let round = 0; round < mostBoots; round++) {
    const { problems, waiting } = await settled(trying.box)
    if (waiting === '') return problems
    // What is left from the second one on was not planned: any boot is its trial.
    const way = round === 0 ? (trying.plan?.way ?? 'plug') : 'plug'
    problems.push(...(await go(way, waiting, trying)))
    if (problems.length > 0) return problems
  }
  return [`a trial still waits after ${mostBoots} boots`]
}

async function go(way: TrialPlan['way'], id: string, trying: Trying): Promise<string[]> {
  const scene = { ...trying, id }
  switch (way) {
    case 'another deploy':
      return trying.callOff()
    case 'abort':
      await abort(scene)
      // One that was lost on its way leaves it waiting: the next round boots it.
      return []
    case 'request':
      await request(scene)
      break
    case 'step':
    case 'plug':
      await plug(scene)
  }
  await answerIt(trying)
  return []
}

async function request({ box }: { box: Box }): Promise<void> {
  const back = box.comesBack().catch(() => undefined)
  const { stdout } = await inside(box, 'scheduled')
  await answer(box, `reboot ${stdout.trim()}`)
  await back
}

async function answerIt(trying: Trying): Promise<void> {
  if (trying.plan?.answers !== true) return
  const at = { after: 'trial:event:awaiting-confirm', ms: 0 }
  const never = new Promise<never>(() => undefined)
  const id = await momentOf(at, trying.known, { box: trying.box, over: never })
  if (id !== undefined) await confirm({ ...trying, id })
}
