import { bootBox } from '../test/box/box.ts'
import type { Box } from '../test/box/box.ts'
import { startCi } from '../test/box/ci.ts'
import type { Ci } from '../test/box/ci.ts'
import { runAction } from '../test/support/run-action.ts'
import { roundTrips } from './hello.ts'
import { median, ms } from './stats.ts'
import type { Figure } from './stats.ts'

const MEMORY_MIB = 150
/** Small packages, and data that is there to be copied: none of it may pass through memory at once. */
const PACKAGES = 40
const DATA_MIB = 32

/** The sum of what all processes of the worker's unit take, shared pages by halves: in MiB, the most there was. */
const sampler = `
import os, time
most = 0.0
def taken(pid):
    try:
        with open(f"/proc/{pid}/cgroup") as file:
            if "vps-deploy-worker.service" not in file.read():
                return 0
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
while True:
    now = sum(taken(pid) for pid in os.listdir("/proc") if pid.isdigit()) / 1024
    if now > most:
        most = now
        with open("/run/bench-memory.new", "w") as file:
            file.write(str(most))
        os.rename("/run/bench-memory.new", "/run/bench-memory")
    time.sleep(0.02)
`

/** One deploy: milliseconds from `accepted` to the start of the activation without the realisation, and MiB. */
interface Taken {
  readonly ownMs: number
  readonly wholeMs: number
  readonly mib: number
}

type Resolve = 'evaluate' | 'recorded'

/** What a deploy of a recorded closure takes on the host; beside it the same commits, evaluated there. */
export async function recorded(rounds: number): Promise<Figure[]> {
  await using box = await bootBox({ say: console.log })
  const ci = await startCi(box)
  try {
    return await compared(box, ci, rounds)
  } finally {
    await ci.cache[Symbol.asyncDispose]()
  }
}

async function compared(box: Box, ci: Ci, rounds: number): Promise<Figure[]> {
  const base = await ci.recorded({}, 'ci')
  await mustDeploy(box, base.rev)
  const { hello } = await roundTrips(box, base.rev, rounds * 3)
  const taken: Record<Resolve, Taken[]> = { evaluate: [], recorded: [] }
  for (let round = 0; round < rounds; round++) {
    const { rev } = await ci.recorded(heavy(round), 'ci')
    // Whoever is second finds the commit in the mirror already.
    const order: readonly Resolve[] = round % 2 === 0 ? ['evaluate', 'recorded'] : ['recorded', 'evaluate']
    for (const resolve of order) {
      taken[resolve].push(await measured(box, rev, resolve))
      await goBack(box, base.path)
    }
  }
  return figuresOf(taken, hello)
}

function heavy(round: number): Parameters<Ci['recorded']>[0] {
  const packages = Array.from({ length: PACKAGES }, (_, index) => `package${index}-${round + 1}`)
  return { packages, build: `head -c ${DATA_MIB}M /dev/urandom >"$out/data"` }
}

async function measured(box: Box, rev: string, resolve: Resolve): Promise<Taken> {
  await setResolve(box, resolve)
  await box.write('/run/bench-memory.py', sampler)
  await box.must('systemd-run --quiet --unit=bench-memory python3 -IS /run/bench-memory.py')
  const id = await mustDeploy(box, rev)
  await box.must('systemctl stop bench-memory')
  const events = await box.read(`/var/lib/vps-deploy/deploys/${id}/events.ndjson`)
  const at = (pattern: RegExp): number => timeOf(events, pattern)
  const wholeMs = at(/"activate".*"start"/) - at(/"accepted"/)
  // To realise is also to ask the caches what there is to fetch, which comes as soon as the path is known.
  const known = resolve === 'recorded' ? /"Recorded is / : /"build".*"start"/
  const realisedMs = at(/"build".*"end"/) - at(known)
  return { ownMs: wholeMs - realisedMs, wholeMs, mib: Number(await box.read('/run/bench-memory')) }
}

/** Policy is read from this file; the system that runs has it as a link. */
async function setResolve(box: Box, resolve: Resolve): Promise<void> {
  const file = '/etc/vps-deploy/config.json'
  const config = JSON.parse(await box.read(file)) as Record<string, unknown>
  await box.must(['rm', file])
  await box.write(file, JSON.stringify({ ...config, resolve }))
}

async function mustDeploy(box: Box, rev: string): Promise<string> {
  const inputs = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey, rev }
  const { outputs, log } = await runAction('deploy-nixos', inputs)
  if (outputs['status'] !== 'deployed') throw new Error(`The deploy to measure went wrong:\n${log}`)
  return outputs['deploy-id'] ?? ''
}

/** To a host that has nothing of what was deployed. */
async function goBack(box: Box, system: string): Promise<void> {
  const profile = '/nix/var/nix/profiles/system'
  await box.must(`export PATH=/usr/local/bin:$PATH
    nix-env --profile ${profile} --set ${system} && ${system}/bin/switch-to-configuration switch
    nix-env --profile ${profile} --delete-generations old && nix-collect-garbage --quiet`)
}

function timeOf(events: string, pattern: RegExp): number {
  const line = events.split('\n').find((event) => pattern.test(event)) ?? '{}'
  const { time = '' } = JSON.parse(line) as { time?: string }
  return Date.parse(time)
}

function figuresOf(taken: Readonly<Record<Resolve, readonly Taken[]>>, helloMs: number): Figure[] {
  const of = (resolve: Resolve, key: keyof Taken): number => median(taken[resolve].map((one) => one[key]))
  const most = (resolve: Resolve): number => Math.max(...taken[resolve].map(({ mib }) => mib))
  const own = of('recorded', 'ownMs')
  return [
    {
      name: 'a recorded deploy, accepted to activate without the realisation : hello through the action',
      ratio: own / helloMs,
      atMost: 2,
      detail: `${ms(own)} : ${ms(helloMs)}; evaluated ${ms(of('evaluate', 'ownMs'))}; whole ${ms(of('recorded', 'wholeMs'))} and ${ms(of('evaluate', 'wholeMs'))}`,
    },
    {
      name: `a recorded deploy: memory of the worker and its children : ${MEMORY_MIB} MiB`,
      ratio: most('recorded') / MEMORY_MIB,
      atMost: 1,
      detail: `${most('recorded').toFixed(0)} MiB; evaluated ${most('evaluate').toFixed(0)} MiB`,
    },
  ]
}
