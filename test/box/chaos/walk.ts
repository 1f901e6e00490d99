import type { Box } from '../box.ts'
import type { LoaderKind } from '../loader.ts'
import { deploy, leftovers, startDeploy } from '../deploying.ts'
import type { Inputs } from '../deploying.ts'
import { faultOf } from './faults.ts'
import type { Notes, Scene } from './strikes.ts'
import { factsOf } from './inside.ts'
import type { Facts } from './inside.ts'
import { endOf, problemsOf } from './judge.ts'
import { kindOf, systemOf } from './kinds.ts'
import type { Plan, PlannedFault } from './plan.ts'
import type { TrialPlan } from './trialPlan.ts'
import { tryAll } from './trialWalk.ts'
import { momentOf } from './waits.ts'

/** Short, for nobody waits for a person here; the health check of the runner has to fit in. */
const patience = { 'confirm-timeout': '16s', 'health-timeout': '2s', 'connect-timeout': '3s', timeout: '5m' }

/** A box on which a good system runs, and what is known of it. */
export interface Ground {
  readonly box: Box
  readonly loader: LoaderKind
  /** Text of its sshd.service. */
  readonly sshd: string
  /** The commit it started with. */
  readonly oldest: string
  /** The commit that runs. */
  rev: string
}

export interface Outcome {
  readonly plan: Plan
  /** As the host has it. */
  readonly status: string
  /** Those that found something to strike. */
  readonly struck: readonly PlannedFault[]
  /** Nothing, where every promise was kept. */
  readonly problems: readonly string[]
  readonly log: string
}

export async function prepare(box: Box, loader: LoaderKind): Promise<Ground> {
  const oldest = await box.must('git -C /srv/repo.git rev-parse main')
  await box.write('/root/chaos-key', box.deployKey)
  await box.must('chmod 600 /root/chaos-key')
  const ground = {
    box,
    loader,
    oldest,
    rev: oldest,
    sshd: await box.read('/etc/systemd/system/sshd.service'),
  }
  await bless(box)
  const problems = await goodDeploy(ground, 0)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return ground
}

const nothing = (): Promise<string[]> => Promise.resolve([])

/**
 * What systemd-bless-boot does on a host that counts its boots, and no box does: what came up is good. A trial's own
 * counters, of one try, are left to be found.
 */
async function bless(box: Box): Promise<void> {
  await box.must(`cd /boot/loader/entries 2>/dev/null || exit 0
    for entry in *+3.conf *+2-1.conf *+1-2.conf *+0-3.conf; do
      [ ! -e "$entry" ] || mv "$entry" "\${entry%%+*}.conf"
    done`)
}

/** Whatever happened before, this works; returns what is wrong. */
async function goodDeploy(ground: Ground, round: number): Promise<string[]> {
  ground.rev = await ground.box.commit(systemOf(round))
  // What was tried before may be another kernel: then it takes a trial of its own.
  const run = await deploy(ground.box, { rev: ground.rev, reboot: 'when-required' })
  return run.code === 0 && (run.outputs['status'] !== 'scheduled' || ground.loader === 'simple')
    ? []
    : [`a good deploy afterwards does not work:\n${run.log}`]
}

/** One deploy with its faults, judged; then a good one, on which the next can begin. */
export async function walk(ground: Ground, plan: Plan): Promise<Outcome> {
  const { box } = ground
  if (plan.faults.some(({ name }) => name === 'disk full'))
    await box.must('mount -t tmpfs -o size=6m tmpfs /var/lib/vps-deploy')
  const known = (await factsOf(box, [])).deploys.map(({ id }) => id)
  const before = await factsOf(box, known)
  const notes: Notes = {
    confirmed: new Set(),
    aborted: new Set(),
    asked: new Set(),
    byHand: false,
    canceled: false,
    boots: 0,
  }
  const step = startDeploy(box, await inputsOf(ground, plan))
  const ongoing = { box, step, seed: plan.seed, notes }
  const tried = step.finished.then(() =>
    tryAll({
      ...ongoing,
      amount: plan.amount,
      known,
      plan: plan.trial,
      callOff: () => goodDeploy(ground, plan.seed + 0.8),
    }),
  )
  const [struck, hurt] = await strikeAll(plan, known, { ...ongoing, over: tried })
  const run = await step.finished
  const problems = [...hurt, ...(await tried)]
  // A fault that came last may have left something to do.
  problems.push(
    ...(await tryAll({ ...ongoing, amount: plan.amount, known, plan: undefined, callOff: nothing })),
  )
  const after = await factsOf(box, known)
  problems.push(...problemsOf({ before, after, notes, run, plan, expected: expected(plan, struck) }))
  problems.push(...(await goodDeploy(ground, plan.seed + 0.9)))
  await bless(box)
  const left = await leftovers(box)
  if (left !== '') problems.push(`left behind:\n${left}`)
  const status = endOf(after.deploys)?.result?.status ?? 'none'
  return { plan, status, struck, problems, log: run.log + described(before, after) }
}

function described(before: Facts, after: Facts): string {
  return `\n\nbefore: ${JSON.stringify({ ...before, deploys: [] })}\nafter: ${JSON.stringify(after, null, 1)}`
}

async function inputsOf(ground: Ground, { kind, mode, amount, confirm, seed, trial }: Plan): Promise<Inputs> {
  const { spec, unconfirmed } = kindOf(kind)
  const rev = await revOf()
  const isIll = unconfirmed === true || trial?.answers === false
  const reboot = trial?.way === 'step' ? 'when-required' : 'never'
  const url = isIll && confirm ? { 'health-urls': 'http://127.0.0.1:9/' } : {}
  return { ...patience, rev, mode, reboot, ...url, ...(confirm ? {} : { 'confirm-timeout': '0' }) }

  async function revOf(): Promise<string> {
    if (kind === 'the same again') return ground.rev
    if (kind === 'an older commit') return ground.oldest
    return ground.box.commit(systemOf(seed, spec(amount), ground.sshd))
  }
}

/** What the contract says of a deploy that nothing has disturbed. */
function expected({ kind, mode, confirm, trial }: Plan, struck: readonly PlannedFault[]): string | undefined {
  if (struck.some(({ name }) => faultOf(name).gentle !== true)) return undefined
  const { ends, unconfirmed } = kindOf(kind)
  if (trial !== undefined) return expectedOfTrial(trial, confirm, ends[mode])
  return unconfirmed === true && !confirm ? undefined : ends[mode]
}

function expectedOfTrial({ way, answers }: TrialPlan, confirm: boolean, end?: string): string | undefined {
  if (way === 'abort') return 'aborted'
  if (way === 'another deploy') return 'superseded'
  return confirm && !answers ? 'rolled-back' : end
}

type Ongoing = Omit<Scene, 'id' | 'amount'> & { readonly over: Promise<unknown> }

/** One fault after the other, each at its moment; returns those that struck, and what went wrong with them. */
async function strikeAll(
  plan: Plan,
  known: readonly string[],
  ongoing: Ongoing,
): Promise<[PlannedFault[], string[]]> {
  const struck: PlannedFault[] = []
  const hurt: string[] = []
  let id = ''
  for (const fault of plan.faults) {
    const found = await momentOf(fault.at, known, ongoing)
    if (found === undefined) continue
    id = found === '' ? id : found
    try {
      if (await faultOf(fault.name).strike({ ...ongoing, id, amount: fault.amount })) struck.push(fault)
    } catch (error) {
      hurt.push(`${fault.name}: ${String(error)}`)
    }
  }
  return [struck, hurt]
}
