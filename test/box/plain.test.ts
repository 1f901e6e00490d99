// A host whose forced command is any script: protocol plain.
import { beforeEach, expect, jest, test } from '@jest/globals'
import { suiteBox } from './asking.ts'
import { deploy, startDeploy } from './deploying.ts'

jest.setTimeout(60_000)

const REV = 'ffac537e6cbbf934b08745a378932722df287a53'
const keys = '/etc/ssh/authorized_keys.d/deploy'

const box = suiteBox((made) =>
  made.must(`sed 's|command="vps-deploy"|command="/usr/local/bin/any-script"|' ${keys} >${keys}.new
    mv ${keys}.new ${keys} && grep -q any-script ${keys} && install -d -o deploy /srv/plain`),
)

const words = { protocol: 'plain', rev: REV }

/** What a script says and does; how often it was started, and with which request, is in /srv/plain/runs. */
async function script(text: string): Promise<void> {
  const path = '/usr/local/bin/any-script'
  await box().write(path, `#!/bin/sh\necho "$SSH_ORIGINAL_COMMAND" >>/srv/plain/runs\n${text}\n`)
  await box().must(`chmod 755 ${path}; rm -f /srv/plain/runs`)
}

const runs = () => box().read('/srv/plain/runs')

beforeEach(() => box().must('rm -f /srv/plain/release'))

test('a script that succeeds is green, and all it said is shown', async () => {
  await script(
    'echo building $SSH_ORIGINAL_COMMAND; echo a warning >&2; for n in $(seq 500); do echo line $n; done',
  )
  const run = await deploy(box(), words)
  expect(run).toMatchObject({ code: 0, outputs: { status: 'deployed', rev: REV, 'deploy-id': '' } })
  expect(run.lines).toEqual(expect.arrayContaining([`building ${REV}`, 'a warning']))
  expect(run.lines.filter((line) => line.startsWith('line '))).toEqual(
    Array.from({ length: 500 }, (_, index) => `line ${index + 1}`),
  )
  expect(await runs()).toBe(REV)
})

test.each([
  ['ends with an exit code', 'echo no; exit 3', /ended with exit code 3/],
  ['is killed', 'kill -TERM $$', /ended with exit code 143/],
])('a script that %s is red, and is not started again', async (_, text, why) => {
  await script(text)
  const run = await deploy(box(), words)
  expect(run).toMatchObject({ code: 1, outputs: { status: 'failed' } })
  expect(run.log).toMatch(why)
  expect(await runs()).toBe(REV)
})

test('a script whose connection is lost is not started again, and the step says that it may run on', async () => {
  await script('echo begun; until [ -e /srv/plain/release ]; do sleep 0.05; done; touch /srv/plain/done')
  const step = startDeploy(box(), words)
  await step.waitFor(/^begun$/m)
  await box().must('pkill -KILL -u deploy -x sshd')
  const run = await step.finished
  expect(run).toMatchObject({ code: 1, outputs: { status: 'unreachable' } })
  expect(run.log).toMatch(/may run on: the connection was lost/)
  await box().must('touch /srv/plain/release; until [ -e /srv/plain/done ]; do sleep 0.05; done')
  expect(await runs()).toBe(REV)
})
