// Trial boots that never happen: called off, aborted, not made ready, or overtaken by somebody else.
import { afterAll, expect, jest, test } from '@jest/globals'
import type { Box, SystemSpec } from './box.ts'
import { bootBox } from './box.ts'
import { hostState, idle, leftovers, tearDown } from './deploying.ts'
import { askAnew } from './sshclient.ts'
import { confirm, eventOf, first, newKernel, resultOf, schedule } from './trying.ts'
import type { Scheduled } from './trying.ts'

jest.setTimeout(300_000)

const boxes: Box[] = []

afterAll(() => tearDown(...boxes))

async function scene(spec?: SystemSpec): Promise<Scheduled> {
  const scheduled = await schedule('systemd-boot', spec)
  boxes.push(scheduled.box)
  return scheduled
}

const other = 'other-0001'

/** A deploy of its own, over the protocol. */
async function deployed(box: Box, rev: string, mode = 'switch') {
  await askAnew(box, `deploy ${other} ${rev} ${mode} 0 300`)
  return resultOf(box, other)
}

test.concurrent(
  'status tells of a trial that waits for its boot, and hello that there can be one',
  async () => {
    const { box, trial, result } = await scene()
    const said = async (request: string) => JSON.parse((await askAnew(box, request)).stdout) as unknown
    expect(await said('status')).toMatchObject({
      trial: { id: trial, system: result['system'] },
      active: null,
      queued: [],
    })
    expect(await said('hello')).toMatchObject({ trialBoot: true })
  },
)

test.concurrent('a deploy that changes something calls the trial off before it begins', async () => {
  const { box, before, trial } = await scene()
  const rev = await box.commit({
    units: { 'idle.service': idle },
    activation: 'touch /run/activating; sleep 60',
  })
  const answer = askAnew(box, `deploy ${other} ${rev} switch 30 300`)
  await box.waitFor('/run/activating')
  expect(await resultOf(box, trial)).toMatchObject({ status: 'superseded', supersededBy: other })
  await box.pullPlug()
  await box.start()
  await answer
  expect(await resultOf(box, other)).toMatchObject({ status: 'rolled-back', exitCode: 81 })
  expect(await hostState(box)).toEqual({ ...before, booted: before.default })
  expect(await leftovers(box)).toBe('')
  expect(await askAnew(box, `reboot ${first}`)).toMatchObject({ code: 65 })
})

test.concurrent(
  'a commit that takes the new kernel back calls the trial off, though nothing changes',
  async () => {
    const { box, trial } = await scene()
    const rev = await box.commit({}, { message: 'Back to the old kernel' })
    const result = await deployed(box, rev)
    expect(['unchanged', 'deployed']).toContain(result['status'])
    expect(await resultOf(box, trial)).toMatchObject({ status: 'superseded' })
    await box.reboot()
    expect((await hostState(box)).booted).toBe(result['system'])
    expect(await leftovers(box)).toBe('')
  },
)

test.concurrent('a plan that is only shown leaves the trial alone', async () => {
  const { box, trial } = await scene()
  const rev = await box.commit({ units: { 'idle.service': idle } })
  expect(await deployed(box, rev, 'dry-activate')).toMatchObject({ status: 'planned' })
  expect(JSON.parse((await askAnew(box, 'status')).stdout)).toMatchObject({ trial: { id: trial } })
})

test.concurrent('the same commit again is scheduled again, as another trial', async () => {
  const { box, trial, result } = await scene()
  const again = await deployed(box, String(result['rev']))
  expect(again).toMatchObject({ status: 'scheduled', system: result['system'] })
  expect(again['trial']).not.toBe(trial)
  expect(await resultOf(box, trial)).toMatchObject({ status: 'superseded' })
})

test.concurrent(
  'a trial that is aborted before its boot leaves nothing, and the next boot is an ordinary one',
  async () => {
    const { box, before, trial } = await scene()
    expect(await askAnew(box, `abort ${trial}`)).toMatchObject({ code: 0 })
    expect(await resultOf(box, trial)).toMatchObject({ status: 'aborted', exitCode: 83 })
    expect(await leftovers(box)).toBe('')
    expect(await askAnew(box, `reboot ${first}`)).toMatchObject({ code: 65 })
    await box.reboot()
    expect(await hostState(box)).toEqual(before)
  },
)

test.concurrent('a loader that cannot be told fails the deploy (84), and leaves nothing', async () => {
  const box = await bootBox({ loader: 'systemd-boot' })
  boxes.push(box)
  const before = await hostState(box)
  await box.must("printf '#!/bin/sh\\necho no room for variables >&2; exit 1\\n' >/usr/local/bin/bootctl")
  const result = await deployed(box, await box.commit(newKernel))
  expect(result).toMatchObject({ status: 'rolled-back', exitCode: 84 })
  expect(result['message']).toMatch(/no room for variables.*mode boot/s)
  expect(await hostState(box)).toEqual(before)
  expect(await leftovers(box)).toBe('')
})

const slow = { bootloader: 'test -e /run/fast || { touch /run/writing; sleep 60; }' }

/** A deploy of another kernel that is stopped while it makes the trial ready: the old system is as slow to do so. */
async function writing(): Promise<{ box: Box; rev: string }> {
  const box = await bootBox({ loader: 'systemd-boot' })
  boxes.push(box)
  await box.must('touch /run/fast')
  await deployed(box, await box.commit(slow))
  const rev = await box.commit({ ...newKernel, ...slow })
  await box.must('rm /run/fast')
  void askAnew(box, `deploy ${first} ${rev} switch 60 300`).catch(() => undefined)
  await box.waitFor('/run/writing')
  return { box, rev }
}

test.concurrent(
  'a worker that is killed while it makes the trial ready is followed by one that ends it',
  async () => {
    const { box } = await writing()
    await box.must('touch /run/fast; systemctl kill --signal=KILL --kill-who=all vps-deploy-worker')
    const result = await resultOf(box, first)
    expect(result).toMatchObject({ status: 'scheduled' })
    const back = box.comesBack()
    expect(await askAnew(box, `reboot ${first}`)).toMatchObject({ code: 0 })
    await back
    await eventOf(box, String(result['trial']), 'awaiting-confirm')
    expect((await hostState(box)).booted).toBe(result['system'])
  },
)

test.concurrent(
  'the plug pulled while the trial is made ready: the old system boots, and nothing is left',
  async () => {
    const { box } = await writing()
    const before = await hostState(box)
    await box.pullPlug()
    await box.start()
    expect(await resultOf(box, first)).toMatchObject({ status: 'rolled-back', exitCode: 81 })
    await box.must('touch /run/fast')
    expect(await hostState(box)).toEqual({ ...before, booted: before.default })
    expect(await leftovers(box)).toBe('')
  },
)

test.concurrent(
  'the plug pulled when the loader has been told: the trial goes on, and was scheduled',
  async () => {
    const box = await bootBox({ loader: 'systemd-boot' })
    boxes.push(box)
    const slowly = '/usr/local/bin/bootctl.told "$@"; [ -z "$2" ] || { touch /run/told; sleep 60; }'
    await box.must('mv /usr/local/bin/bootctl /usr/local/bin/bootctl.told')
    await box.write('/usr/local/bin/bootctl', `#!/bin/sh\n${slowly}\n`)
    await box.must('chmod +x /usr/local/bin/bootctl')
    const rev = await box.commit(newKernel)
    void askAnew(box, `deploy ${first} ${rev} switch 60 300`).catch(() => undefined)
    await box.waitFor('/run/told')
    await box.pullPlug()
    await box.start()
    const result = await resultOf(box, first)
    expect(result).toMatchObject({ status: 'scheduled', exitCode: 0 })
    await confirm(box, String(result['trial']))
    expect(await resultOf(box, String(result['trial']))).toMatchObject({ status: 'deployed' })
    expect(await leftovers(box)).toBe('')
  },
)
