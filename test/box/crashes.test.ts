import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, idle, mustDeploy, startDeploy, tearDown } from './deploying.ts'
import type { End, HostState } from './deploying.ts'

jest.setTimeout(120_000)

let box: Box
let before: HostState

// A box for each test: what a crash leaves must not be another one's beginning.
beforeEach(async () => {
  box = await bootBox()
  before = await mustDeploy(box, { units: { 'idle.service': idle } })
}, 300_000)

afterEach(() => tearDown(box))

function rolledBack(host: HostState): End {
  return { code: 1, status: 'rolled-back', exitCode: 81, host, leftovers: '' }
}

const changed = { units: { 'idle.service': `${idle}# 2\n`, 'new.service': idle } }

test('a worker killed with -9 during the activation is rolled back, and the step says so', async () => {
  const rev = await box.commit({ ...changed, activation: 'touch /run/activating; sleep 60' })
  const step = startDeploy(box, { rev })
  await box.must('until [ -e /run/activating ]; do sleep 0.05; done')
  await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  expect(await endOf(box, await step.finished)).toEqual(rolledBack(before))
  expect((await box.run('systemctl is-active idle new')).stdout).toBe('active\ninactive\n')
})

test('a worker killed while it waits for the confirm is rolled back', async () => {
  const step = startDeploy(box, {
    rev: await box.commit(changed),
    'health-urls': 'http://127.0.0.1:9/',
    'health-timeout': '10s',
  })
  await step.waitFor(/The new system runs/)
  await box.must('systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
  expect(await endOf(box, await step.finished)).toEqual(rolledBack(before))
})

test('the plug pulled before the confirm: the old system boots, and the step learns the end', async () => {
  const step = startDeploy(box, {
    rev: await box.commit(changed),
    'health-urls': 'http://127.0.0.1:9/',
    'health-timeout': '20s',
    'confirm-timeout': '60s',
  })
  await step.waitFor(/The new system runs/)
  await box.pullPlug()
  await box.start()
  expect(await endOf(box, await step.finished)).toEqual(rolledBack({ ...before, booted: before.default }))
  expect((await box.run('systemctl is-active idle new')).stdout).toBe('active\ninactive\n')
})

test('the plug pulled during the activation: the old system boots, and the next deploy works', async () => {
  const rev = await box.commit({ ...changed, activation: 'touch /run/activating; sleep 60' })
  const step = startDeploy(box, { rev })
  await box.must('until [ -e /run/activating ]; do sleep 0.05; done')
  await box.pullPlug()
  await box.start()
  expect(await endOf(box, await step.finished)).toEqual(rolledBack({ ...before, booted: before.default }))
  expect(await deploy(box, { rev: await box.commit(changed) })).toMatchObject({
    code: 0,
    outputs: { status: 'deployed' },
  })
})

test('the plug pulled after the confirm, before the boot entry is written: the old system boots and stays', async () => {
  const rev = await box.commit({ ...changed, bootloader: 'touch /run/committing; sleep 60' })
  const step = startDeploy(box, { rev })
  await box.must('until [ -e /run/committing ]; do sleep 0.05; done')
  await box.pullPlug()
  await box.start()
  const run = await step.finished
  expect(await endOf(box, run)).toEqual(rolledBack({ ...before, booted: before.default }))
  expect(run.log).toMatch(/It was confirmed, but/)
  expect((await box.run('systemctl is-active idle new')).stdout).toBe('active\ninactive\n')
})
