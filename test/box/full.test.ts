// Disks that are full, and an inbox that somebody with the rights of user deploy has filled or prepared.
import { afterEach, expect, jest, test } from '@jest/globals'
import { bootBox, service } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, idle, mustDeploy, tearDown } from './deploying.ts'
import { askAnew } from './sshclient.ts'

jest.setTimeout(120_000)

let box: Box | undefined

afterEach(async () => {
  await tearDown(box)
})

/** Runs Python as user deploy, as somebody could who broke out of the forced command. */
async function asDeploy(machine: Box, program: string): Promise<void> {
  await machine.must(['runuser', '-u', 'deploy', '--', 'python3', '-c', program])
}

test('a new system that fills the state directory to the last byte is rolled back all the same', async () => {
  box = await bootBox()
  const config = { allowVolatileState: true }
  const before = await mustDeploy(box, { units: { 'idle.service': idle }, config })
  await box.must('mount -t tmpfs -o size=8m tmpfs /var/lib/vps-deploy')
  const fill = 'dd if=/dev/zero of=/var/lib/vps-deploy/fill bs=4k 2>/dev/null; true'
  const broken = service('exit 1')
  const rev = await box.commit({
    units: { 'idle.service': idle, 'broken.service': broken },
    config,
    activation: fill,
  })
  const run = await deploy(box, { rev })
  expect(run.outputs['status']).toBe('rolled-back')
  expect(await endOf(box, run)).toMatchObject({ code: 1, exitCode: 81, host: before, leftovers: '' })
})

test('a link that user deploy puts in the place of the private directory leads nowhere', async () => {
  box = await bootBox()
  await box.must('mkdir -p /srv/precious/inside && touch /srv/precious/file')
  await asDeploy(
    box,
    `import os, time
os.chdir("/run/vps-deploy/inbox")
for name in (".taken", ".taken-", ".taken-0"):
    os.symlink("/srv/precious", name)
end = time.monotonic() + 3
while time.monotonic() < end:
    for name in ("a", "b", ".taken-1"):
        try:
            os.symlink("/srv/precious", name)
        except OSError:
            pass`,
  )
  expect(await box.must('ls /srv/precious')).toBe('file\ninside')
  expect((await askAnew(box, 'abort nosuch-deploy')).code).toBe(65)
})

test('an inbox that is full before the first request does not keep requests out for long', async () => {
  box = await bootBox()
  await asDeploy(
    box,
    `import os
os.chdir("/run/vps-deploy/inbox")
for number in range(400):
    try:
        os.mkdir(f"{number}")
    except OSError:
        break`,
  )
  expect((await askAnew(box, 'abort nosuch-deploy')).code).toBe(65)
  expect(await box.must('ls -A /run/vps-deploy/inbox')).toBe('')
})
