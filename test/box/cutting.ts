// Cuts of a deploy's connection: the cable is out, in both directions, while the host goes on.
import type { ActionRun, RunningAction } from '../support/run-action.ts'
import type { Box } from './box.ts'
import { endOf, hostState, idle, shownAndWritten, startDeploy } from './deploying.ts'
import type { End, HostState } from './deploying.ts'
import { hold, isCaughtUp, isHeldAt, letGo } from './holding.ts'
import type { Place } from './holding.ts'

interface Cut {
  readonly at: Place | 'queued'
  readonly seconds: number
}

export interface CutDeploy {
  readonly before: HostState
  readonly run: ActionRun
  readonly end: End
  readonly shown: readonly string[]
  readonly written: readonly string[]
  /** Of what is no log text: how often it was shown. */
  readonly times: Readonly<Record<'accepted' | 'closure' | 'units' | 'awaiting', number>>
}

/** Outlasts a cut of 90 s, wherever it falls. */
const limits = {
  'confirm-timeout': '150s',
  'connect-attempts': '40',
  timeout: '12m',
}

export interface Cutting {
  readonly cuts: readonly Cut[]
  /** Whether the new system is healthy; default: it is. */
  readonly isBad?: boolean
  readonly inputs?: Readonly<Record<string, string>>
}

/** One deploy, with every cut in the place it says; the host goes on in the middle of each. */
export async function cutDeploy(box: Box, { cuts, isBad = false, inputs }: Cutting): Promise<CutDeploy> {
  const before = await hostState(box)
  const places = cuts.map(({ at }) => (at === 'queued' ? 'fetch' : at))
  await hold(box, ...places)
  if (cuts.some(({ at }) => at === 'queued')) await deployBefore(box)
  const step = startDeploy(box, { rev: await commitOf(box, isBad), ...limits, ...inputs })
  for (const cut of cuts) await cutOnce(box, step, cut)
  const run = await step.finished
  const end = await endOf(box, run)
  return { before, run, end, ...(await shownAndWritten(box, run)), times: timesIn(run.stdout) }
}

/** Says something in every phase that can. */
function commitOf(box: Box, isBad: boolean): Promise<string> {
  const check = {
    name: 'healthy',
    command: ['sh', '-c', `echo checked; ${isBad ? 'exit 1' : ':'}`],
    timeoutSeconds: 1,
  }
  return box.commit({
    units: { 'idle.service': idle, 'new.service': idle },
    build: 'for number in $(seq 20); do echo "building part $number"; done',
    config: { healthChecks: [check] },
    packages: ['cut-1'],
  })
}

/** A deploy that keeps the one after it waiting; asked for on the host itself, so no cut is any concern of it. */
async function deployBefore(box: Box): Promise<void> {
  const rev = await box.commit({ units: { 'idle.service': idle } })
  const request = ['deploy', 'before-1', rev, 'switch', '0', '600']
  await box.must(['systemd-run', '--quiet', '--uid=deploy', '/usr/local/bin/vps-deploy', ...request])
  await isHeldAt(box, 'fetch')
}

async function cutOnce(box: Box, step: RunningAction, { at, seconds }: Cut): Promise<void> {
  const place = at === 'queued' ? 'fetch' : at
  if (at === 'queued') await step.waitFor(/^Queued /m)
  else await isHeldAt(box, place)
  await box.link('down')
  await pause(seconds / 2)
  await letGo(box, place)
  await pause(seconds / 2)
  await box.link('up')
  // The next cut is to meet a deploy that is being watched.
  if (!place.startsWith('request-')) await isCaughtUp(box, step)
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

function timesIn(stdout: string): CutDeploy['times'] {
  const count = (pattern: RegExp) => [...stdout.matchAll(pattern)].length
  return {
    accepted: count(/^Accepted by /gm),
    closure: count(/^Closure: /gm),
    units: count(/^Units started: /gm),
    awaiting: count(/^The new system runs\./gm),
  }
}

const cuts = (seconds: number, ...at: readonly Cut['at'][]): Cut[] =>
  at.map((place) => ({ at: place, seconds }))

/** Where a deploy that goes well is cut for 90 s, each time another one. */
const places: readonly Cut['at'][] = [
  'request-hello',
  'queued',
  'fetch',
  'verify',
  'resolve',
  'build',
  'diff',
  'check',
  'arm',
  'activate',
  'settle',
  'confirm',
  'request-confirm',
  'commit',
]

/** What is cut when, by name; the long ones first. */
export const deployed: Readonly<Record<string, Cutting>> = {
  ...Object.fromEntries(places.map((at) => [`90 s, at ${at}`, { cuts: cuts(90, at) }])),
  '20 s, from hello to the evaluation': { cuts: cuts(20, 'request-hello', 'fetch', 'verify', 'resolve') },
  '20 s, from the queue to the check': { cuts: cuts(20, 'queued', 'build', 'diff', 'check') },
  '20 s, from the arming to the settling': { cuts: cuts(20, 'arm', 'activate', 'settle') },
  '20 s, from the question to the commit': { cuts: cuts(20, 'confirm', 'request-confirm', 'commit') },
  '1 s, from fetch to commit': { cuts: cuts(1, ...places.slice(2)) },
}
export const rolledBack: Readonly<Record<string, Cutting>> = {
  '90 s, at rollback': { cuts: cuts(90, 'rollback'), isBad: true },
  '90 s, while the host waits 30 s for a confirm': {
    cuts: cuts(90, 'confirm'),
    inputs: { 'confirm-timeout': '30s' },
  },
  '20 s, at rollback': { cuts: cuts(20, 'rollback'), isBad: true },
  '1 s, from hello to rollback': {
    cuts: cuts(1, 'request-hello', 'queued', 'verify', 'diff', 'rollback'),
    isBad: true,
  },
}
