// `npm run bench`: the numbers the project promises, as ratios within one run. `npm run bench -- 5` takes fewer rounds.
// `npm run bench -- walk` measures only how garnix-wait walks closures.
// `npm run bench -- diff` measures only what it takes to compare a closure with an older one.
// `npm run bench -- evaluation` measures only what an evaluation of nix/ takes: NIXPKGS has to name a nixpkgs.
// `npm run bench -- lock-diff` measures only how update-flake-pr compares locks.
// `npm run bench -- update` measures only what update-flake-pr adds to Nix, and what it asks of GitHub.
// `npm run bench -- fleet` simulates what deploying a fleet costs: runner minutes, requests, time.
// `npm run bench -- recorded` measures only what a deploy of a recorded closure takes, and beside it an evaluated one.
// `npm run bench -- setup` measures only what a deploy costs the runner, and beside it a checkout and Nix.
// `npm run bench -- chaos` walks deploys with random faults instead: see chaos.ts.
import { bootBox } from '../test/box/box.ts'
import { runAction } from '../test/support/run-action.ts'
import { chaos } from './chaos.ts'
import { diffing } from './diff.ts'
import { evaluation } from './evaluation.ts'
import { fleet } from './fleet.ts'
import { helloFigures, roundTrips } from './hello.ts'
import { lockDiff } from './lockdiff.ts'
import { overhead } from './overhead.ts'
import { reconnect } from './reconnect.ts'
import { recorded } from './recorded.ts'
import { settingUp } from './setup.ts'
import { startup, waitStartup } from './startup.ts'
import type { Figure } from './stats.ts'
import { updating } from './update.ts'
import { volume } from './volume.ts'
import { walking } from './walk.ts'

const [, , part = '15', ...args] = process.argv

/** `rounds`: of what takes a moment; the rest has fewer. */
async function figures(rounds: number): Promise<Figure[]> {
  await using box = await bootBox({ say: console.log })
  const rev = await box.commit({ packages: ['bench-1'] })
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  const { outputs, log } = await runAction('deploy-nixos', inputs)
  if (outputs['status'] !== 'deployed') throw new Error(`The first deploy went wrong:\n${log}`)
  const trips = await roundTrips(box, rev, rounds)
  return [
    await startup(box, rounds),
    ...(await waitStartup(rounds)),
    ...helloFigures(trips),
    await overhead(box, Math.ceil(rounds / 3), trips.hello),
    ...(await reconnect(box, Math.ceil(rounds / 3), trips.hello)),
    ...(await volume(box)),
    ...(await recorded(Math.ceil(rounds / 5))),
    ...(await settingUp(Math.ceil(rounds / 5))),
    ...(await walking(Math.ceil(rounds / 3))),
    ...(await diffing(Math.ceil(rounds / 3))),
    ...(await lockDiff(rounds)),
    ...(await updating(rounds)),
    ...(await evaluation()),
  ]
}

function compare(measured: readonly Figure[]): number {
  if (measured.length === 0) return 1
  const width = Math.max(...measured.map(({ name }) => name.length))
  console.log(`\n${'ratio'.padEnd(width)}  measured  at most`)
  for (const { name, ratio, atMost, detail } of measured) {
    const verdict = ratio <= atMost ? '' : '  ✘ too much'
    console.log(
      `${name.padEnd(width)}  ${ratio.toFixed(2).padStart(8)}  ${atMost.toFixed(2).padStart(7)}  (${detail})${verdict}`,
    )
  }
  return measured.some(({ ratio, atMost }) => !(ratio <= atMost)) ? 1 : 0
}

/** What one argument alone measures. */
const parts: Readonly<Record<string, (args: readonly string[]) => Promise<Figure[]>>> = {
  diff: ([rounds]) => diffing(Number(rounds ?? 5)),
  evaluation,
  fleet,
  'lock-diff': ([rounds]) => lockDiff(Number(rounds ?? 15)),
  recorded: ([rounds]) => recorded(Number(rounds ?? 3)),
  setup: ([rounds]) => settingUp(Number(rounds ?? 3)),
  update: ([rounds]) => updating(Number(rounds ?? 9)),
  walk: ([rounds]) => walking(Number(rounds ?? 5)),
}

async function exitCodeOf(wanted: string): Promise<number> {
  if (wanted === 'chaos') return chaos(args)
  const measure = parts[wanted]
  if (measure !== undefined) return compare(await measure(args))
  if (/^[1-9]\d*$/.test(wanted)) return compare(await figures(Number(wanted)))
  const known = ['chaos', ...Object.keys(parts)].join(', ')
  console.error(`'npm run bench' takes a number of rounds, or one of ${known}, not '${wanted}'.`)
  return 1
}

process.exitCode = await exitCodeOf(part)
