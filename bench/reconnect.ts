import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Box } from '../test/box/box.ts'
import { startAction } from '../test/support/run-action.ts'
import type { RunningAction } from '../test/support/run-action.ts'
import { median, ms } from './stats.ts'
import type { Figure } from './stats.ts'

/** Prints when the first TCP packet of an address comes, by the machine's clock. */
const watcher = `
import socket, sys, time
wanted = socket.inet_aton(sys.argv[1])
packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
print("listening", flush=True)
while True:
    packet = packets.recv(65536)
    if packet[12:16] == wanted and packet[9] == 6:
        print(time.time() * 1000, flush=True)
        break
`

interface Return {
  /** From the first byte that came back to the next event shown. */
  readonly shownMs: number
  /** The same, from the moment when the cable was in again. */
  readonly sincePluggedMs: number
}

/**
 * The cable is out for so many seconds while a build talks, several times in one deploy; against the `hello` round trip
 * of the same run.
 */
export async function reconnect(box: Box, rounds: number, helloMs: number): Promise<Figure[]> {
  const build =
    'until [ -e /run/bench-over ]; do number=$((number + 1)); echo "part $number."; sleep 0.05; done'
  const rev = await box.commit({ build: `number=0; ${build}` })
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  const step = startAction('deploy-nixos', inputs)
  await step.waitFor(/part 10\./)
  const figures: Figure[] = []
  for (const seconds of [3, 25]) {
    const returns: Return[] = []
    for (let round = 0; round < rounds; round++) returns.push(await cut(box, step, seconds))
    figures.push(figureOf(seconds, returns, helloMs))
  }
  await box.must('touch /run/bench-over')
  const { outputs, log } = await step.finished
  if (outputs['status'] !== 'deployed') throw new Error(`The deploy that was cut went wrong:\n${log}`)
  return figures
}

function figureOf(seconds: number, returns: readonly Return[], helloMs: number): Figure {
  const shown = median(returns.map(({ shownMs }) => shownMs))
  const sincePlugged = median(returns.map(({ sincePluggedMs }) => sincePluggedMs))
  return {
    name: `first byte after a cut of ${seconds} s to the next event shown : hello through the action`,
    ratio: shown / helloMs,
    atMost: 2,
    detail: `${ms(shown)} : ${ms(helloMs)}; ${ms(sincePlugged)} since the cable was in again`,
  }
}

async function cut(box: Box, step: RunningAction, seconds: number): Promise<Return> {
  await box.link('down')
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const watching = spawn('python3', ['-IS', '-c', watcher, box.address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(watching, 'close')
  const lines = createInterface(watching.stdout)[Symbol.asyncIterator]()
  await lines.next()
  const last = lastPart(step)
  await box.link('up')
  const plugged = Date.now()
  await step.waitFor(new RegExp(`part ${last + 1}\\.`), 120_000)
  const shown = Date.now()
  const { value: first } = (await lines.next()) as { value: string }
  await closed
  return { shownMs: shown - Number(first), sincePluggedMs: shown - plugged }
}

function lastPart(step: RunningAction): number {
  return Number([...step.log().matchAll(/part (\d+)\./g)].at(-1)?.[1])
}
