import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Box } from '../test/box/box.ts'
import { noisyBuild, watchHostPeaks, watchPeak } from '../test/box/volume.ts'
import { startAction } from '../test/support/run-action.ts'
import { inTurns } from './stats.ts'
import type { Figure } from './stats.ts'

const ROUNDS = 3
const MEMORY = { lines: 100_000, longLine: 100_000_000 }
const SPEED = { lines: 30_000, longLine: 0 }

/** What 200 MB of build output cost in memory, and whether a viewer that stops reading slows the host down. */
export async function volume(box: Box): Promise<Figure[]> {
  return [...(await memory(box)), await stalledViewer(box)]
}

async function memory(box: Box): Promise<Figure[]> {
  const hostPeaks = await watchHostPeaks(box)
  const rev = await box.commit({ build: noisyBuild(MEMORY), packages: ['volume-1'] })
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  const step = startAction('deploy-nixos', inputs, { keepsLog: false })
  const peak = watchPeak(step.pid)
  const { outputs } = await step.finished
  if (outputs['status'] !== 'deployed')
    throw new Error(`The deploy to measure ended as ${outputs['status']}.`)
  const peaks = Object.entries(await hostPeaks())
  const figure = (name: string, mib: number, limit: number): Figure => ({
    name: `200 MB of log: memory of ${name} : ${limit} MiB`,
    ratio: mib / limit,
    atMost: 1,
    detail: `${mib.toFixed(0)} MiB`,
  })
  return [figure('the action', peak.mib(), 150), ...peaks.map(([name, mib]) => figure(name, mib, 50))]
}

async function stalledViewer(box: Box): Promise<Figure> {
  let round = 0
  const measure = (reads: boolean) => () => hostSeconds(box, ++round, reads)
  const { stalled, reading } = await inTurns(ROUNDS, { reading: measure(true), stalled: measure(false) })
  return {
    name: 'a deploy whose viewer stops reading : one whose viewer reads, by the host',
    ratio: stalled / reading,
    atMost: 1.1,
    detail: `${stalled.toFixed(1)} s : ${reading.toFixed(1)} s`,
  }
}

/** From `accepted` to `result`, by the events of a deploy that somebody follows. */
async function hostSeconds(box: Box, round: number, reads: boolean): Promise<number> {
  const rev = await box.commit({ build: noisyBuild(SPEED), packages: [`volume-round-${round}`] })
  const id = `bench-volume-${round}-${rev.slice(0, 8)}`
  const folder = `/var/lib/vps-deploy/deploys/${id}`
  const options = ['-oStrictHostKeyChecking=no', '-oUserKnownHostsFile=/dev/null', '-oLogLevel=ERROR']
  const request = `deploy ${id} ${rev} switch 0 900`
  const ssh = ['-F', 'none', '-i', box.deployKeyFile, ...options, `deploy@${box.address}`, request]
  const viewer = spawn('ssh', ssh, { stdio: ['ignore', 'pipe', 'ignore'] })
  if (reads) viewer.stdout.resume()
  else {
    await once(viewer.stdout, 'readable')
    viewer.kill('SIGSTOP')
  }
  const isOver = `tail -n1 ${folder}/events.ndjson 2>/dev/null | grep -q '"type":"result"'`
  await box.must(`until ${isOver}; do sleep 0.2; done`, { timeoutMs: 600_000 })
  viewer.kill('SIGKILL')
  const ends = await box.must(`sed -n '1p;$p' ${folder}/events.ndjson`)
  const [start = NaN, end = NaN] = ends.split('\n').map((line) => timeOf(line))
  return (end - start) / 1000
}

function timeOf(line: string): number {
  const { time } = JSON.parse(line) as { time: string }
  return Date.parse(time)
}
