/** What walking a closure over two caches costs, against a walk that checks nothing, and against Nix. */
import { watchPeak } from '../test/box/volume.ts'
import { privateNix } from '../test/nix/nix.ts'
import { startAction } from '../test/support/run-action.ts'
import { inTurns, ms } from './stats.ts'
import type { Figure } from './stats.ts'
import { bareWalk, type Caches, ourWalk, startCaches } from './walking.ts'

const LAYERS = 16

export async function walking(rounds: number): Promise<Figure[]> {
  await using small = await startCaches(2_000, LAYERS)
  const { bare, ours } = await inTurns(rounds, { bare: () => bareWalk(small), ours: () => ourWalk(small) })
  const nix = await nixWalk(small)
  return [
    {
      name: 'a walk of 2,000 signed paths in two caches : one that checks nothing',
      ratio: ours / bare,
      atMost: 1.25,
      detail: `${ms(ours)} : ${ms(bare)}`,
    },
    {
      name: 'the same : 1/40 of nix path-info -r in one cache that has everything',
      ratio: ours / (nix / 40),
      atMost: 1,
      detail: `${ms(ours)} : ${ms(nix)} / 40`,
    },
    ...(await large(ours / small.count)),
  ]
}

async function large(smallPerPath: number): Promise<Figure[]> {
  await using caches = await startCaches(20_000, LAYERS)
  const perPath = (await ourWalk(caches)) / caches.count
  const mib = await memoryOf(caches)
  return [
    {
      name: 'a path among 20,000 : one among 2,000',
      ratio: perPath / smallPerPath,
      atMost: 1,
      detail: `${(perPath * 1_000).toFixed(0)} µs : ${(smallPerPath * 1_000).toFixed(0)} µs`,
    },
    {
      name: 'memory of a walk of 20,000 paths : 200 MB',
      ratio: (mib * 1.048576) / 200,
      atMost: 1,
      detail: `${mib.toFixed(0)} MiB`,
    },
  ]
}

/** At its peak, of the bundle as a process. */
async function memoryOf({ root, key, halves }: Caches): Promise<number> {
  const caches = halves.map((url) => `${url} ${key}`).join('\n')
  const step = startAction('garnix-wait', { provider: 'none', 'store-paths': root, caches })
  const peak = watchPeak(step.pid)
  const { outputs, log } = await step.finished
  if (outputs['status'] !== 'ready') throw new Error(`The wait to measure went wrong:\n${log}`)
  return peak.mib()
}

/** Once is enough for something that takes a minute. */
async function nixWalk({ root, count, whole }: Caches): Promise<number> {
  await using nix = await privateNix()
  const args = ['path-info', '--recursive', '--store', whole, root]
  const start = performance.now()
  const { stdout, stderr } = await nix.nix(args, { isOnline: true, timeoutMs: 600_000 })
  const taken = performance.now() - start
  if (stdout.trim().split('\n').length !== count) throw new Error(`Nix went astray: ${stderr}`)
  return taken
}
