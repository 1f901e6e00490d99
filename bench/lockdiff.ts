/** What reading two locks and telling what changed costs, against the time promised and against parsing them as JSON. */
import { changesBetween } from '../actions/update-flake-pr/lockdiff.ts'
import { parseLock } from '../actions/update-flake-pr/lock.ts'
import { seeded } from '../test/support/graph.ts'
import { github, lockText } from '../test/update-flake-pr/locks.ts'
import { inTurns, type Figure } from './stats.ts'

const NODES = 2_000
const ROOT_INPUTS = 60
/** Of a run; one alone is too short to measure. */
const TIMES = 20

export async function lockDiff(rounds: number): Promise<Figure[]> {
  const texts = [grownLock(1), grownLock(2)] as const
  const ours = () =>
    time(() => {
      diff(texts)
    })
  const json = () => time(() => texts.map((text) => JSON.parse(text) as unknown))
  const taken = await inTurns(rounds, { ours, json })
  return [
    {
      name: 'two locks of 2,000 nodes read and compared : 100 ms',
      ratio: taken.ours / 100,
      atMost: 1,
      detail: `${taken.ours.toFixed(1)} ms of the processor`,
    },
    {
      name: 'the same : JSON.parse of both',
      ratio: taken.ours / taken.json,
      atMost: 8,
      detail: `${taken.ours.toFixed(1)} ms : ${taken.json.toFixed(1)} ms`,
    },
  ]
}

/** Of the processor, which a busy machine does not stretch as it does the clock's. */
async function time(work: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  for (let turn = 0; turn < TIMES; turn++) work()
  const { user, system } = process.cpuUsage(start)
  return Promise.resolve((user + system) / 1_000 / TIMES)
}

function diff([before, after]: readonly [string, string]): void {
  const changes = changesBetween(parseLock(before, 'flake.lock'), parseLock(after, 'flake.lock'))
  if (changes.length < NODES / 4) throw new Error(`The comparison went astray: ${changes.length} changes.`)
}

/** Inputs of inputs, of which a third follow one of the flake's own; of two versions a third of the nodes differ. */
function grownLock(version: number): string {
  const random = seeded(NODES)
  const inputs = new Map<number, Record<string, unknown>>()
  for (let node = 0; node < NODES; node++) {
    const follows = { nixpkgs: ['i0'], ...(random() < 0.5 ? { systems: [`i${node % ROOT_INPUTS}`] } : {}) }
    inputs.set(node, node < ROOT_INPUTS || random() < 0.7 ? follows : {})
    if (node < ROOT_INPUTS) continue
    const parent = Math.floor((node / 3) * random() ** 0.5)
    Object.assign(inputs.get(parent) ?? {}, { [`i${node}`]: labelOf(node, version) })
  }
  const nodes = [...inputs].map(([node, edges]) => {
    const digit = node % 3 === 0 ? `${version}` : '9'
    return [
      labelOf(node, version),
      github(`owner${node % 50}/repository${node % 200}`, digit, { inputs: edges }),
    ] as const
  })
  const root = Array.from({ length: ROOT_INPUTS }, (_, node) => [`i${node}`, labelOf(node, version)] as const)
  return lockText(Object.fromEntries(root), Object.fromEntries(nodes))
}

/** Nix numbers them anew whenever the graph changes. */
function labelOf(node: number, version: number): string {
  return `nixpkgs_${node + version}`
}
