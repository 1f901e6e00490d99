import type { RunningAction } from '../../support/run-action.ts'
import type { Box } from '../box.ts'
import { deploy, leftovers, startDeploy } from '../deploying.ts'
import type { Inputs } from '../deploying.ts'
import { until } from '../holder.ts'
import { faultOf } from './faults.ts'
import type { Notes, Scene } from './strikes.ts'
import { factsOf, inside } from './inside.ts'
import type { Facts } from './inside.ts'
import { deployOf, problemsOf } from './judge.ts'
import { kindOf, systemOf } from './kinds.ts'
import type { Plan, PlannedFault } from './plan.ts'

/** Longer than any way to an end, on a machine that is busy. */
const endSeconds = 200
/** Short, for nobody waits for a person here; the health check of the runner has to fit in. */
const patience = { 'confirm-timeout': '16s', 'health-timeout': '2s', 'connect-timeout': '3s', timeout: '5m' }

/** A box on which a good system runs, and what is known of it. */
export interface Ground {
  readonly box: Box
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

export async function prepare(box: Box): Promise<Ground> {
  const oldest = await box.must('git -C /srv/repo.git rev-parse main')
  await box.write('/root/chaos-key', box.deployKey)
  await box.must('chmod 600 /root/chaos-key')
  const ground = { box, oldest, rev: oldest, sshd: await box.read('/etc/systemd/system/sshd.service') }
  const problems = await goodDeploy(ground, 0)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return ground
}

/** Whatever happened before, this works; returns what is wrong. */
async function goodDeploy(ground: Ground, round: number): Promise<string[]> {
  ground.rev = await ground.box.commit(systemOf(round))
  const run = await deploy(ground.box, { rev: ground.rev })
  return run.code === 0 ? [] : [`a good deploy afterwards does not work:\n${run.log}`]
}

/** One deploy with its faults, judged; then a good one, on which the next can begin. */
export async function walk(ground: Ground, plan: Plan): Promise<Outcome> {
  const { box } = ground
  if (plan.faults.some(({ name }) => name === 'disk full'))
    await box.must('mount -t tmpfs -o size=6m tmpfs /var/lib/vps-deploy')
  const known = (await factsOf(box, [])).deploys.map(({ id }) => id)
  const before = await factsOf(box, known)
  const notes: Notes = {
    confirmed: false,
    aborted: false,
    byHand: false,
    canceled: false,
    boots: 0,
  }
  const step = startDeploy(box, await inputsOf(ground, plan))
  const [struck, hurt] = await strikeAll(plan, known, { box, step, seed: plan.seed, notes })
  const run = await step.finished
  const problems = [...hurt, ...(await settled(box))]
  const after = await factsOf(box, known)
  problems.push(...problemsOf({ before, after, notes, run, expected: expected(plan, struck) }))
  problems.push(...(await goodDeploy(ground, plan.seed + 0.9)))
  const left = await leftovers(box)
  if (left !== '') problems.push(`left behind:\n${left}`)
  const status = deployOf(after.deploys)?.result?.status ?? 'none'
  return { plan, status, struck, problems, log: run.log + described(before, after) }
}

function described(before: Facts, after: Facts): string {
  return `\n\nbefore: ${JSON.stringify({ ...before, deploys: [] })}\nafter: ${JSON.stringify(after, null, 1)}`
}

async function inputsOf(ground: Ground, { kind, mode, amount, confirm, seed }: Plan): Promise<Inputs> {
  const { spec, unconfirmed } = kindOf(kind)
  const rev = await revOf()
  const url = unconfirmed === true && confirm ? { 'health-urls': 'http://127.0.0.1:9/' } : {}
  return { ...patience, rev, mode, ...url, ...(confirm ? {} : { 'confirm-timeout': '0' }) }

  async function revOf(): Promise<string> {
    if (kind === 'the same again') return ground.rev
    if (kind === 'an older commit') return ground.oldest
    return ground.box.commit(systemOf(seed, spec(amount), ground.sshd))
  }
}

/** What the contract says of a deploy that nothing has disturbed. */
function expected({ kind, mode, confirm }: Plan, struck: readonly PlannedFault[]): string | undefined {
  if (struck.some(({ name }) => faultOf(name).gentle !== true)) return undefined
  const { ends, unconfirmed } = kindOf(kind)
  return unconfirmed === true && !confirm ? undefined : ends[mode]
}

type Ongoing = Omit<Scene, 'id' | 'amount'>

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
    const found = await momentOf(fault, known, ongoing)
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

/** Resolves with the deploy's id, or ''; with undefined if the moment will not come. */
async function momentOf(
  { at }: PlannedFault,
  known: readonly string[],
  { box, step }: { box: Box; step: RunningAction },
): Promise<string | undefined> {
  let id = ''
  if (at.after !== 'begin' && at.after !== 'fault') {
    const never = step.finished.then(() => ({ code: 1, stdout: '' }))
    const { code, stdout } = await Promise.race([inside(box, 'moment', known, at.after, endSeconds), never])
    if (code !== 0) return undefined
    id = stdout.trim()
  }
  await new Promise((resolve) => setTimeout(resolve, at.ms))
  return id
}

/** Waits until every deploy of the host is over; returns what is not. */
async function settled(box: Box): Promise<string[]> {
  await box.link('up')
  let said = 'the box is switched off'
  const isSettled = async (): Promise<boolean> => {
    if (!box.isRunning()) return false
    const { code, stderr } = await inside(box, 'settled', endSeconds)
    said = stderr
    // A box that goes down meanwhile is asked again when it is up.
    return code === 0 || box.isRunning()
  }
  await until(endSeconds * 1000, isSettled)
  return said === '' ? [] : [`it does not end: ${said}`]
}
