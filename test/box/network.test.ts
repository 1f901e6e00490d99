import { expect, jest, test } from '@jest/globals'
import { suiteBox } from './asking.ts'
import { shownAndWritten, startDeploy } from './deploying.ts'

jest.setTimeout(120_000)

const box = suiteBox()

test('a sshd that is restarted by the deploy itself does not disturb it', async () => {
  const sshd = await box().must('systemctl show -P MainPID sshd')
  const text = await box().must('cat /etc/systemd/system/sshd.service')
  const rev = await box().commit({ units: { 'sshd.service': `${text}\n# changed\n` } })
  const run = await startDeploy(box(), { rev }).finished
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed' } })
  expect(JSON.parse(run.outputs['changed-units'] ?? '')).toMatchObject({ restarted: ['sshd.service'] })
  expect(await box().must('systemctl show -P MainPID sshd')).not.toBe(sshd)
})

test('a connection that is cut by killing its sshd is taken up again without a gap', async () => {
  const build = 'for number in $(seq 40); do echo "building part $number"; sleep 0.1; done'
  const rev = await box().commit({ build })
  const step = startDeploy(box(), { rev })
  await step.waitFor(/building part 10\b/)
  await box().must('pkill -9 -u deploy -f sshd || pkill -9 -f "sshd: deploy"')
  const run = await step.finished
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed' } })
  const { shown, written } = await shownAndWritten(box(), run)
  expect(shown).toEqual(written)
})
