// The run canceled as GitHub does it, wherever a deploy can be: SIGINT, after 7.5 s SIGTERM, then SIGKILL.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { ActionRun, RunningAction } from '../support/run-action.ts'
import { deployAgain, scene } from './crashing.ts'
import type { Scene } from './crashing.ts'
import { endOf, hostEvents, startDeploy, tearDown } from './deploying.ts'
import type { End, Inputs } from './deploying.ts'
import { close, newSystem, open, reached } from './gates.ts'
import type { Gate } from './gates.ts'

jest.setTimeout(300_000)

afterAll(() => tearDown())

/** As short as the inputs allow: whoever does not confirm waits for that long. */
const quick: Inputs = { 'confirm-timeout': '12s', 'health-timeout': '1s', 'connect-timeout': '1s' }
const neverWell: Inputs = { ...quick, 'health-urls': 'http://127.0.0.1:9/' }
const good = { code: 0, status: 'deployed', exitCode: 0, leftovers: '' }

interface Canceled {
  readonly run: ActionRun
  readonly end: End
}

/** Cancels a deploy that stands before a gate, lets it go on once the step has ended, and waits for its result. */
async function cancelAt(
  { box }: Scene,
  { gate, inputs = quick, cancel }: { gate: Gate; inputs?: Inputs; cancel: (step: RunningAction) => void },
): Promise<Canceled> {
  await close(box, gate)
  const step = startDeploy(box, { rev: await box.commit(newSystem), ...inputs })
  await reached(box, gate)
  cancel(step)
  const run = await step.finished
  await open(box)
  const id = run.outputs['deploy-id'] ?? (await box.must('ls -t /var/lib/vps-deploy/deploys | head -1'))
  const result = `/var/lib/vps-deploy/deploys/${id}/result.json`
  await box.waitFor(result, '', 120_000)
  return { run, end: await endOf(box, { ...run, outputs: { ...run.outputs, 'deploy-id': id } }) }
}

test.concurrent('before the activation, and impatiently: the deploy is aborted', async () => {
  await using place = await scene()
  const twice = (step: RunningAction): void => {
    step.signal('SIGINT')
    step.signal('SIGTERM')
  }
  const { run, end } = await cancelAt(place, { gate: 'resolve', cancel: twice })
  const host = place.before
  expect(end).toEqual({ code: 1, status: 'aborted', exitCode: 83, host, leftovers: '' })
  expect(run.summary).not.toBe('')
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent('during the activation: the host rolls back, for nobody confirms', async () => {
  await using place = await scene()
  const { run, end } = await cancelAt(place, {
    gate: 'activate',
    cancel: (step) => {
      step.signal('SIGINT')
    },
  })
  const host = place.before
  expect(end).toEqual({ code: 1, status: 'unreachable', exitCode: 81, host, leftovers: '' })
  expect(run.log).toMatch(
    /The run was canceled, and deploy \S+ is left to the host\..*the host rolls back by itself/,
  )
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent('while the boot entry is written: the host finishes it, and the step says so', async () => {
  await using place = await scene()
  const { run, end } = await cancelAt(place, {
    gate: 'entries',
    cancel: (step) => {
      step.signal('SIGINT')
    },
  })
  expect(end).toMatchObject({ code: 1, status: 'unreachable', exitCode: 0, leftovers: '' })
  expect(end.host.default).not.toBe(place.before.default)
  expect(run.log).toMatch(/The run was canceled, .* it is confirmed, and the host finishes it/)
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent('during the rollback: the host finishes it', async () => {
  await using place = await scene()
  const cancel = (step: RunningAction): void => {
    step.signal('SIGTERM')
  }
  const { run, end } = await cancelAt(place, { gate: 'rollback', inputs: neverWell, cancel })
  const host = place.before
  expect(end).toEqual({ code: 1, status: 'unreachable', exitCode: 81, host, leftovers: '' })
  expect(run.log).toMatch(/The run was canceled/)
  expect(await deployAgain(place)).toMatchObject(good)
})

test.concurrent(
  'killed at once, before the activation: the host does not wait for more than a confirm',
  async () => {
    await using place = await scene()
    const { run, end } = await cancelAt(place, {
      gate: 'build',
      cancel: (step) => {
        step.signal('SIGKILL')
      },
    })
    expect(run.signal).toBe('SIGKILL')
    expect(end).toMatchObject({ exitCode: 81, host: place.before, leftovers: '' })
    const id = await place.box.must('ls -t /var/lib/vps-deploy/deploys | head -1')
    expect((await hostEvents(place.box, id)).at(-1)?.['message']).toMatch(/It was not confirmed in time/)
    expect(await deployAgain(place)).toMatchObject(good)
  },
)
