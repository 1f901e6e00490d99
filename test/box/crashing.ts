// A deploy that is held where the scenario wants it, and what becomes of it after a crash there.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ActionRun, RunningAction } from '../support/run-action.ts'
import { alike } from './alike.ts'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, hostState, mustDeploy, startDeploy } from './deploying.ts'
import type { End, HostState, Inputs } from './deploying.ts'
import { buildGates, close, newSystem, oldSystem, open, reached } from './gates.ts'
import type { Gate } from './gates.ts'

/** Besides the gates: while the runner's health check hangs; when the decision stands and nothing has been done. */
export type Moment = Gate | 'confirm' | 'decided'

/** How everything stands after a crash. */
export interface Outcome {
  readonly end: End
  readonly run: ActionRun
  readonly before: HostState
  /** Of `idle` and `new`. */
  readonly units: string
}

export interface Scene extends AsyncDisposable {
  readonly box: Box
  readonly before: HostState
}

const withOldSystem = alike(async () => {
  const box = await bootBox()
  await buildGates(box)
  await mustDeploy(box, oldSystem)
  return box
})

/** A box with gates and the old system. */
export async function scene(): Promise<Scene> {
  const box = await withOldSystem()
  return { box, before: await hostState(box), [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() }
}

/** Deploys the new system, with a crash at that moment, and waits for the end of the step. */
export async function crashAt(
  { box }: Scene,
  moment: Moment,
  crash: (box: Box) => Promise<unknown>,
): Promise<Outcome> {
  const before = await hostState(box)
  await using health = await heldHealth()
  const rev = await box.commit({ ...newSystem, packages: [`${moment}-${++commits}`] })
  if (isGate(moment)) await close(box, moment)
  const step = startDeploy(box, { rev, ...inputsAt(moment, health.url) })
  await comesTo(moment, { box, step, health })
  await crash(box)
  if (box.isRunning()) await open(box)
  else await box.start()
  const run = await step.finished
  const end = await endOf(box, run)
  return { end, run, before, units: (await box.run('systemctl is-active idle new')).stdout }
}

let commits = 0

/** The next deploy, which has to work whatever was before. */
export async function deployAgain({ box }: Scene): Promise<End> {
  const run = await deploy(box, { rev: await box.commit({ ...newSystem, packages: [`again-${++commits}`] }) })
  return endOf(box, run)
}

function isGate(moment: Moment): moment is Gate {
  return moment !== 'confirm' && moment !== 'decided'
}

function inputsAt(moment: Moment, heldUrl: string): Inputs {
  if (moment === 'rollback') return { 'health-urls': 'http://127.0.0.1:9/', 'health-timeout': '1s' }
  if (isGate(moment)) return {}
  return { 'health-urls': heldUrl, 'health-timeout': '40s', 'confirm-timeout': '60s' }
}

interface Held {
  readonly box: Box
  readonly step: RunningAction
  readonly health: Health
}

async function comesTo(moment: Moment, { box, step, health }: Held): Promise<void> {
  if (isGate(moment)) return reached(box, moment)
  await step.waitFor(/The new system runs/, 60_000)
  if (moment === 'confirm') return
  // The decision is made by another program; a worker that stands still does not see it.
  await box.must('systemctl kill --signal=STOP vps-deploy-worker')
  health.release()
  await step.waitFor(/Confirmed over a fresh connection/)
}

interface Health extends AsyncDisposable {
  readonly url: string
  release(): void
}

/** A page that nobody gets until it is released. */
async function heldHealth(): Promise<Health> {
  const released = Promise.withResolvers<undefined>()
  const server = createServer((_, response) => void released.promise.then(() => response.end()))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    release: () => {
      released.resolve(undefined)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
