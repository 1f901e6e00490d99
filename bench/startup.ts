import { spawn } from 'node:child_process'
import type { Box } from '../test/box/box.ts'
import { newSigningKey, startBinaryCache, storePath } from '../test/support/binarycache.ts'
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

/** The same of garnix-wait, and how long it takes to see that a closure is there already, with nobody else to ask. */
export async function waitStartup(rounds: number): Promise<Figure[]> {
  const key = newSigningKey('bench-1')
  await using cache = await startBinaryCache()
  const path = storePath('nixos-system-bench-26.11')
  cache.add([{ path, references: [path] }], [key])
  const inputs = { configurations: 'bench', 'store-paths': path, caches: `${cache.url} ${key.trusted}` }
  const { node, first, verdict } = await inTurns(rounds, {
    node: bareNode,
    first: () => waited(inputs, /^Waiting for .+\n/m),
    verdict: () => waited(inputs, /^Everything of bench can be fetched\. .+\n/m),
  })
  return [
    {
      name: 'start of garnix-wait to its first line : node -e 0',
      ratio: first / node,
      atMost: 2.8,
      detail: `${ms(first)} : ${ms(node)}`,
    },
    {
      name: 'a complete closure to its verdict, without GitHub and Garnix : 1 s',
      ratio: verdict / 1_000,
      atMost: 1,
      detail: ms(verdict),
    },
  ]
}

/** Nobody listens at GitHub's address. */
async function waited(inputs: Readonly<Record<string, string>>, pattern: RegExp): Promise<number> {
  const env = { GITHUB_API_URL: 'http://127.0.0.1:1', NO_PROXY: '*' }
  const start = performance.now()
  const action = startAction('garnix-wait', { ...inputs, token: 'secret' }, { env })
  await action.waitFor(pattern)
  const taken = performance.now() - start
  await action.finished
  return taken
}

export async function bareNode(): Promise<number> {
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
