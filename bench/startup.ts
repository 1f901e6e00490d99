import { spawn } from 'node:child_process'
import { startAction } from '../test/support/run-action.ts'
import { inTurns, ms } from './stats.ts'
import type { Figure } from './stats.ts'

/** From the start of the process to the first line of the action's log, against Node doing nothing. */
export async function startup(rounds: number): Promise<Figure> {
  const { node, bundle } = await inTurns(rounds, { node: bareNode, bundle: firstLine })
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

/** Without inputs: the first line is there before they are looked at, and the action ends by itself. */
async function firstLine(): Promise<number> {
  const start = performance.now()
  const action = startAction('deploy-nixos', {})
  await action.waitFor(/^(?!::add-mask::).+\n/m)
  const taken = performance.now() - start
  await action.finished
  return taken
}
