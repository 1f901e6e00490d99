import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { endOf, hostState, idle, shownAndWritten, startDeploy, tearDown } from './deploying.ts'

jest.setTimeout(120_000)

let box: Box

beforeAll(async () => {
  box = await bootBox()
}, 300_000)

afterAll(() => tearDown(box))

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a link that is down for 20 s in the middle of the activation costs no event', async () => {
  const before = await hostState(box)
  const units = Object.fromEntries(
    Array.from({ length: 20 }, (_, number) => [`unit-${number}.service`, idle]),
  )
  const build = 'for number in $(seq 50); do echo "building part $number"; done'
  const rev = await box.commit({ units, build, activation: 'touch /run/activating; sleep 10' })
  const step = startDeploy(box, { rev, 'confirm-timeout': '60s' })
  await step.waitFor(/::group::Activate/)
  await box.must('until [ -e /run/activating ]; do sleep 0.05; done')
  await box.link('down')
  await sleep(20_000)
  await box.link('up')

  const run = await step.finished
  const system = run.outputs['system'] ?? ''
  const host = { ...before, running: system, profile: system, default: system, generation: '2' }
  expect(await endOf(box, run)).toEqual({ code: 0, status: 'deployed', exitCode: 0, host, leftovers: '' })
  const { shown, written } = await shownAndWritten(box, run)
  expect(shown).toEqual(written)
})

test('a sshd that is restarted by the deploy itself does not disturb it', async () => {
  const sshd = await box.must('systemctl show -P MainPID sshd')
  const text = await box.must('cat /etc/systemd/system/sshd.service')
  const rev = await box.commit({ units: { 'sshd.service': `${text}\n# changed\n` } })
  const run = await startDeploy(box, { rev }).finished
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed' } })
  expect(JSON.parse(run.outputs['changed-units'] ?? '')).toMatchObject({ restarted: ['sshd.service'] })
  expect(await box.must('systemctl show -P MainPID sshd')).not.toBe(sshd)
})

test('a connection that is cut by killing its sshd is taken up again without a gap', async () => {
  const build = 'for number in $(seq 40); do echo "building part $number"; sleep 0.1; done'
  const rev = await box.commit({ build })
  const step = startDeploy(box, { rev })
  await step.waitFor(/building part 10\b/)
  await box.must('pkill -9 -u deploy -f sshd || pkill -9 -f "sshd: deploy"')
  const run = await step.finished
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed' } })
  const { shown, written } = await shownAndWritten(box, run)
  expect(shown).toEqual(written)
})
