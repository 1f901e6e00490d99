/** What a step says and asks for when its system is tried at one boot. The scenarios idle: they run side by side. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { ActionRun } from '../support/run-action.ts'
import { bootBox } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import {
  deploy,
  endOf,
  hostEvents,
  hostState,
  idle,
  leftovers,
  startDeploy,
  tearDown,
  webServer,
  wordsOf,
} from './deploying.ts'
import type { HostEvent, HostState, Inputs } from './deploying.ts'
import { service } from './system.ts'
import { followed } from './followed.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(240_000)

interface Scenario {
  readonly box: Box
  readonly before: HostState
  readonly run: ActionRun
  /** The events of the trial. */
  readonly trial: readonly HostEvent[]
}

const KERNEL = { kernel: '6.13.0' }
const WHEN_REQUIRED = { reboot: 'when-required' }

const playing = {
  good: () => play({ ...KERNEL, units: { 'tried.service': idle } }, WHEN_REQUIRED),
  unhealthy: () => {
    const { unit, etc } = webServer(500)
    return play({ ...KERNEL, etc, units: { 'web.service': unit } }, { ...WHEN_REQUIRED, health: '8080' })
  },
  failing: () => play({ ...KERNEL, units: { 'bad.service': service('exit 3') } }, WHEN_REQUIRED),
  canceled: () =>
    play(KERNEL, { ...WHEN_REQUIRED, 'confirm-timeout': '20s' }, /The host reboots to try the new system/),
  byHand: () => play(KERNEL, {}),
}
type Name = keyof typeof playing

const boxes: Box[] = []
const played = new Map<Name, Promise<Scenario>>()

beforeAll(() => {
  for (const name of Object.keys(playing) as Name[]) {
    const scenario = playing[name]()
    // Told by the test that asks for it.
    scenario.catch(() => undefined)
    played.set(name, scenario)
  }
})
afterAll(async () => tearDown(...boxes))

async function play(spec: SystemSpec, inputs: Inputs, canceledAt?: RegExp): Promise<Scenario> {
  const box = await bootBox({ loader: 'systemd-boot' })
  boxes.push(box)
  const before = await hostState(box)
  const { health, ...others } = inputs
  const urls = health === undefined ? {} : { 'health-urls': `http://${box.address}:${health}/` }
  const step = startDeploy(box, { rev: await box.commit(spec), ...urls, ...others })
  if (canceledAt !== undefined) {
    await step.waitFor(canceledAt, 120_000)
    step.signal('SIGINT')
  }
  const run = await step.finished
  const own = await hostEvents(box, run.outputs['deploy-id'])
  const id = String(own.at(-1)?.['trial'])
  return { box, before, run, trial: await hostEvents(box, id) }
}

async function scenario(name: Name): Promise<Scenario> {
  const found = await played.get(name)
  if (found === undefined) throw new Error(`Nothing is played as ${name}.`)
  return found
}

function groupsIn({ run }: Scenario): readonly string[] {
  return run.lines
    .filter((line) => line.startsWith('::group::'))
    .map((line) => line.slice('::group::'.length))
}

test('a trial boot is booted, confirmed over a fresh connection, and the default in the end', async () => {
  const { box, run, trial, before } = await scenario('good')
  const end = await endOf(box, run)
  expect({ log: run.log, ...end }).toMatchObject({ code: 0, status: 'deployed', leftovers: '' })
  const system = run.outputs['system']
  expect(system).not.toBe(before.running)
  expect(end.host).toMatchObject({ running: system, booted: system, default: system, profile: system })
  expect(run.outputs).toMatchObject({
    'reboot-required': 'false',
    'failed-units': '[]',
    generation: end.host.generation,
  })
  expect(trial.at(-1)).toMatchObject({ type: 'result', status: 'deployed', exitCode: 0 })
})

test('every event of the trial is shown once, across the boot', async () => {
  const good = await scenario('good')
  const phases = good.trial.filter(({ type, state }) => type === 'phase' && state === 'start')
  const shown = groupsIn(good)
  expect(shown.length).toBeGreaterThan(phases.length)
  expect(shown.slice(-phases.length)).toEqual([
    'Arm the rollback',
    'Wait for the boot to come to its end',
    'Wait for the units to settle',
    'Confirm',
    'Commit',
  ])
  expect(shown.filter((title) => title === 'Wait for the units to settle')).toHaveLength(1)
})

test('a health URL that fails in the trial has the host go back, and names the reason', async () => {
  const { box, run, trial, before } = await scenario('unhealthy')
  expect({ log: run.log, ...(await endOf(box, run)) }).toMatchObject({
    code: 1,
    status: 'rolled-back',
    host: before,
    leftovers: '',
  })
  expect(run.log).toMatch(
    /::error::The trial boot of \w+ on .* was not good: the host runs the old system again\..*answered 500/,
  )
  expect(trial.at(-1)).toMatchObject({ type: 'result', exitCode: 81 })
})

test('a unit that fails in the trial is named, and the host goes back', async () => {
  const { box, run, before } = await scenario('failing')
  expect({ log: run.log, ...(await endOf(box, run)) }).toMatchObject({
    code: 1,
    status: 'rolled-back',
    host: before,
    leftovers: '',
  })
  expect(run.outputs['failed-units']).toBe('["bad.service"]')
  expect(wordsOf(run.summary)).toContain('- bad.service (exit-code')
})

test('a run that is canceled after the reboot was asked for says what the host does, and the host does it', async () => {
  const { box, run, before } = await scenario('canceled')
  expect(run).toMatchObject({ code: 1, outputs: { status: 'unreachable' } })
  expect(run.log).toMatch(
    /the trial boot of \w+ on .* is left to the host\. Without a confirmation the host goes back/,
  )
  const [, attach = ''] = / (attach trial-\w+ 0)%0ASee /.exec(run.log) ?? []
  expect(attach).not.toBe('')
  expect(await followed(box, attach, /"type":"result".*\n/)).toContain('"status":"rolled-back","exitCode":81')
  expect({ host: await hostState(box), leftovers: await leftovers(box) }).toEqual({
    host: before,
    leftovers: '',
  })
})

test('without a reboot the step is green, nothing has changed, and what it prints does the rest by hand', async () => {
  const { box, run, before } = await scenario('byHand')
  expect(run).toMatchObject({ code: 0, outputs: { status: 'scheduled', 'reboot-required': 'true' } })
  expect(await hostState(box)).toEqual(before)
  const [reboot = '', attach = '', confirm = ''] = byHand(run)
  expect(await askAnew(box, reboot)).toMatchObject({ code: 0 })
  const nonce = /"nonce":"(\w+)"/.exec(await followed(box, attach, /"nonce":"\w+"/))?.[1] ?? ''
  expect(await askAnew(box, confirm.replace('NONCE', nonce))).toMatchObject({ code: 0 })
  await followed(box, attach, /"status":"deployed"/)
  const system = run.outputs['system']
  expect(await hostState(box)).toMatchObject({ running: system, booted: system, default: system })
  expect(await leftovers(box)).toBe('')
})

test('what runs already only becomes the default: nobody is asked, and the step is green', async () => {
  const box = await bootBox()
  boxes.push(box)
  const rev = await box.commit({ units: { 'tried.service': idle } })
  const tested = await deploy(box, { rev, mode: 'test' })
  const run = await deploy(box, { rev })
  expect({ log: run.log, ...(await endOf(box, run)) }).toMatchObject({
    code: 0,
    status: 'deployed',
    leftovers: '',
  })
  expect(run.log).not.toContain('The new system runs.')
  expect((await hostState(box)).default).toBe(tested.outputs['system'])
})

/** The requests that the summary tells a person to send. */
function byHand({ summary }: ActionRun): readonly string[] {
  return [...summary.matchAll(/^ssh deploy@\S+ (.*)$/gm)].map(([, request = '']) => request)
}
