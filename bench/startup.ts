import { spawn } from 'node:child_process'
import type { Box } from '../test/box/box.ts'
import { startAction } from '../test/support/run-action.ts'
import { inTurns, ms } from './stats.ts'
import type { Figure } from './stats.ts'

/** From the start of the process to the first line of the action's log, against Node doing nothing. */
export async function startup(box: Box, rounds: number): Promise<Figure> {
  const { node, bundle } = await inTurns(rounds, { node: bareNode, bundle: () => firstLine(box) })
  return {
    name: 'start of the bundle to its first line : node -e 0',
    ratio: bundle / node,
    atMost: 2.8,
    detail: `${ms(bundle)} : ${ms(node)}`,
  }
}

async function bareNode(): Promise<number> {
  const start = performance.now()
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })
  await new Promise((resolve) => child.once('exit', resolve))
  return performance.now() - start
}

/** With good inputs and a port where nobody listens: the action says what it is about to do, fails to connect, and ends. */
async function firstLine(box: Box): Promise<number> {
  const inputs = { host: box.address, port: '1', 'connect-attempts': '1' }
  const pinned = { 'ssh-key': box.deployKey, 'host-fingerprint': box.fingerprint }
  const start = performance.now()
  const action = startAction('deploy-nixos', { ...inputs, ...pinned })
  await action.waitFor(/^Deploying .+\n/m)
  const taken = performance.now() - start
  await action.finished
  return taken
}
