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

/** Stands in front of nix and git on the box's PATH and notes when each ran; its own start-up counts as ours. */
const shim = `#!/usr/bin/python3 -IS
import os, sys, time
program = os.path.basename(sys.argv[0])
real = next(d + "/" + program for d in ("/opt/nix/usr/bin", "/usr/bin") if os.path.exists(d + "/" + program))
start = time.time()
pid = os.posix_spawn(real, [program] + sys.argv[1:], os.environ)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
with open("/run/bench-intervals", "a") as log:
    log.write(f"{start} {time.time()}\\n")
sys.exit(status if status >= 0 else 128 - status)
`

/**
 * What our own code takes on the host between \`accepted\` and the start of the activation, nix and git aside,
 * against the \`hello\` round trip of the same run.
 */
export async function overhead(box: Box, rounds: number, helloMs: number): Promise<Figure> {
  const programs = (await box.must('ls /usr/local/bin | grep -E "^(nix|git)" || true'))
    .split('\n')
    .filter(Boolean)
  for (const program of new Set(['git', 'nix', ...programs])) await wrap(box, program)
  const own: number[] = []
  for (let round = -1; round < rounds; round++) {
    const taken = await ownMs(box, round)
    if (round >= 0) own.push(taken)
  }
  for (const program of new Set(['git', 'nix', ...programs])) await unwrap(box, program)
  const taken = median(own)
  return {
    name: 'our own code on the host, accepted to activate : hello through the action',
    ratio: taken / helloMs,
    atMost: 1,
    detail: `${ms(taken)} : ${ms(helloMs)}`,
  }
}

async function wrap(box: Box, program: string): Promise<void> {
  const path = `/usr/local/bin/${program}`
  await box.must(`if [ -e ${path} ]; then mv ${path} ${path}.bench; fi`)
  await box.write(path, shim)
  await box.must(`chmod 755 ${path}`)
}

async function unwrap(box: Box, program: string): Promise<void> {
  const path = `/usr/local/bin/${program}`
  await box.must(`rm ${path}; if [ -e ${path}.bench ]; then mv ${path}.bench ${path}; fi`)
}

async function ownMs(box: Box, round: number): Promise<number> {
  await box.must('rm -f /run/bench-intervals')
  const rev = await box.commit({ units: { 'round.service': service(`echo ${round}; exec sleep infinity`) } })
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  const { outputs, log } = await runAction('deploy-nixos', inputs)
  if (outputs['status'] !== 'deployed') throw new Error(`The deploy to measure went wrong:\n${log}`)
  const id = outputs['deploy-id'] ?? ''
  const events = (await box.read(`/var/lib/vps-deploy/deploys/${id}/events.ndjson`)).trim().split('\n')
  const intervals = (await box.read('/run/bench-intervals')).trim().split('\n')
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
