import { service } from '../test/box/box.ts'
import type { Box } from '../test/box/box.ts'
import { runAction } from '../test/support/run-action.ts'
import { median, ms } from './stats.ts'
import type { Figure } from './stats.ts'

/** Seconds of the box's clock. */
interface Interval {
  readonly start: number
  readonly end: number
}

const log = '/run/bench-intervals'
/** Notes, every millisecond, whether nix or git runs; on the deploy's own path it costs nothing. */
const sampler = `
import os, time
def runs():
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open("/proc/" + entry + "/stat") as file:
                    name, rest = file.read().split("(", 1)[1].rsplit(")", 1)
            except OSError:
                continue
            if name.startswith(("git", "nix")) and rest.split()[0] != "Z":
                return True
    return False
start = None
while True:
    now, busy = time.time(), runs()
    if busy and start is None:
        start = now
    if not busy and start is not None:
        with open("${log}", "a") as file:
            file.write(f"{start} {now}\\n")
        start = None
    time.sleep(0.001)
`

/**
 * What our own code takes on the host between `accepted` and the start of the activation, nix and git aside,
 * against the `hello` round trip of the same run.
 */
export async function overhead(box: Box, rounds: number, helloMs: number): Promise<Figure> {
  await box.write('/run/bench-sampler.py', sampler)
  await box.must('systemd-run --quiet --unit=bench-sampler python3 -IS /run/bench-sampler.py')
  const own: number[] = []
  for (let round = -1; round < rounds; round++) {
    const taken = await ownMs(box, round)
    if (round >= 0) own.push(taken)
  }
  const taken = median(own)
  return {
    name: 'our own code on the host, accepted to activate : hello through the action',
    ratio: taken / helloMs,
    atMost: 1,
    detail: `${ms(taken)} : ${ms(helloMs)}`,
  }
}

async function ownMs(box: Box, round: number): Promise<number> {
  await box.must(`rm -f ${log}`)
  const rev = await box.commit({ units: { 'round.service': service(`echo ${round}; exec sleep infinity`) } })
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  const { outputs, log: shown } = await runAction('deploy-nixos', inputs)
  if (outputs['status'] !== 'deployed') throw new Error(`The deploy to measure went wrong:\n${shown}`)
  const id = outputs['deploy-id'] ?? ''
  const events = (await box.read(`/var/lib/vps-deploy/deploys/${id}/events.ndjson`)).trim().split('\n')
  const intervals = (await box.read(log)).trim().split('\n')
  const span = { start: timeOf(events, '"accepted"'), end: timeOf(events, '"activate"') }
  return 1000 * (span.end - span.start - covered(intervals.map(parseInterval), span))
}

/** Seconds since the epoch of the first event that has the text. */
function timeOf(events: readonly string[], text: string): number {
  const line = events.find((event) => event.includes(text)) ?? '{}'
  const { time = '' } = JSON.parse(line) as { time?: string }
  return Date.parse(time) / 1000
}

function parseInterval(line: string): Interval {
  const [start = NaN, end = NaN] = line.split(' ').map(Number)
  return { start, end }
}

/** How much of a span the intervals cover, those that overlap counted once. */
function covered(intervals: readonly Interval[], span: Interval): number {
  const inside = intervals
    .map(({ start, end }) => ({ start: Math.max(start, span.start), end: Math.min(end, span.end) }))
    .filter(({ start, end }) => end > start)
    .sort((a, b) => a.start - b.start)
  let total = 0
  let reached = span.start
  for (const { start, end } of inside) {
    total += Math.max(0, end - Math.max(start, reached))
    reached = Math.max(reached, end)
  }
  return total
}
