// Protocol 1 as a client other than the action may speak it.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Client } from 'ssh2'
import { gate } from './asking.ts'
import { bootBox } from './box.ts'
import type { Box, SystemSpec } from './box.ts'
import { hostState, idle, leftovers, mustDeploy, tearDown } from './deploying.ts'
import { ask, askAnew, connected } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(60_000)

let box: Box

beforeAll(async () => {
  box = await bootBox()
  await mustDeploy(box, { units: { 'idle.service': idle } })
}, 300_000)

afterAll(() => tearDown(box))

let number = 0

/** A deploy that waits for its confirm, over a connection that is still open. */
async function waiting(spec: SystemSpec): Promise<{
  id: string
  rev: string
  nonce: string
  client: Client
  answer: Promise<Answer>
}> {
  const rev = await box.commit(spec)
  const id = `protocol-${++number}`
  const client = await connected(box)
  let answer: Promise<Answer> | undefined
  const nonce = await new Promise<string>((resolve, reject) => {
    answer = ask(client, `deploy ${id} ${rev} switch 30 200`, (text) => {
      const found = /"nonce":"([0-9a-f]{32})"/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    void answer.then(({ stdout }) => {
      reject(new Error(`no confirm was asked for:\n${stdout}`))
    })
  })
  if (answer === undefined) throw new Error('not asked')
  return { id, rev, nonce, client, answer }
}

test('a confirm counts only over a connection opened after the activation, and says the same twice', async () => {
  const { id, nonce, client, answer } = await waiting({ packages: ['confirmed-1'] })
  const refused = { code: 65, stdout: '' }
  expect(await ask(client, `confirm ${id} ${nonce}`)).toMatchObject(refused)
  expect(
    await askAnew(box, `confirm ${id} ${nonce.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}`),
  ).toMatchObject(refused)
  // Who is deploy on the host itself proves nothing about the network.
  const local = [
    'setpriv',
    '--reuid=deploy',
    '--regid=deploy',
    '--clear-groups',
    'vps-deploy',
    'confirm',
    id,
    nonce,
  ]
  expect(await box.run(local)).toMatchObject(refused)
  expect(await askAnew(box, `confirm ${id} ${nonce}`)).toMatchObject({
    code: 0,
    stdout: '{"confirmed":true}\n',
  })
  expect(await askAnew(box, `confirm ${id} ${nonce}`)).toMatchObject({
    code: 0,
    stdout: '{"confirmed":true}\n',
  })
  expect(await answer).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  client.end()
})

test('an abort after the activation rolls back, and a confirm that comes later is refused', async () => {
  const before = await hostState(box)
  const { id, nonce, client, answer } = await waiting({ packages: ['aborted-1'] })
  expect((await askAnew(box, `abort ${id}`)).code).toBe(0)
  expect((await askAnew(box, `confirm ${id} ${nonce}`)).code).toBe(65)
  expect(await answer).toMatchObject({ code: 81, stdout: expect.stringContaining('"status":"rolled-back"') })
  expect(await hostState(box)).toEqual(before)
  client.end()
})

test('the same id attaches with the same arguments, and is refused with others', async () => {
  const { id, rev, nonce, client, answer } = await waiting({ packages: ['twice-1'] })
  expect(await askAnew(box, `deploy ${id} ${rev} switch 30 201`)).toMatchObject({ code: 65, stdout: '' })
  const second = askAnew(box, `deploy ${id} ${rev} switch 30 200`)
  await askAnew(box, `confirm ${id} ${nonce}`)
  expect(await second).toEqual(await answer)
  client.end()
})

test('attach gives the events from a number on, and of a finished deploy always the result', async () => {
  const whole = (await askAnew(box, 'attach protocol-1 0')).stdout.trimEnd().split('\n')
  expect(await askAnew(box, 'attach protocol-1 5')).toMatchObject({
    code: 0,
    stdout: `${whole.slice(5).join('\n')}\n`,
  })
  expect(await askAnew(box, 'attach protocol-1 9999999999')).toMatchObject({
    code: 0,
    stdout: `${whole.at(-1) ?? ''}\n`,
  })
  expect((await askAnew(box, 'attach protocol-none 0')).code).toBe(65)
})

test('the empty request deploys the tip of the branch and speaks to a person', async () => {
  const rev = await box.commit({ packages: ['tip-1'] })
  const { code, stdout } = await askAnew(box, '')
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/DEPLOYED/) })
  expect(JSON.parse((await askAnew(box, 'hello')).stdout)).toMatchObject({ protocol: 1, running: { rev } })
})

test('a queued deploy is superseded by a later one that contains it', async () => {
  const slow = await box.commit({ build: gate.held, packages: ['queue-1'] })
  const [second, third] = [
    await box.commit({ packages: ['queue-2'] }),
    await box.commit({ packages: ['queue-3'] }),
  ]
  const answers: Promise<Answer>[] = []
  for (const [index, rev] of [slow, second, third].entries()) {
    answers.push(askAnew(box, `deploy queued-${index + 1} ${rev} switch 0 200`))
    const folder = `/var/lib/vps-deploy/deploys/queued-${index + 1}`
    // The first one has to be past the place where it would give way.
    await (index === 0 ? box.waitFor(`${folder}/events.ndjson`, '"name":"build"') : box.waitFor(folder))
  }
  await gate.release(box)
  const [first, middle, last] = await Promise.all(answers)
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  expect(middle).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /"status":"superseded".*"supersededBy":"queued-3"|"supersededBy":"queued-3".*"status":"superseded"/,
    ),
  })
  expect(last).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  expect(await leftovers(box)).toBe('')
})

test('rollback is refused unless the host allows it, and is a deploy like any other then', async () => {
  expect((await askAnew(box, 'rollback rollback-1 0 200')).code).toBe(65)
  const before = await hostState(box)
  await mustDeploy(box, { config: { allowRollback: true } })
  const answer = await askAnew(box, 'rollback rollback-2 0 200')
  expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"deployed"') })
  expect(await hostState(box)).toMatchObject({ running: before.running, default: before.running })
})

test('a reboot is refused while none is needed', async () => {
  expect((await askAnew(box, 'reboot rollback-2')).code).toBe(65)
  expect(box.isRunning()).toBe(true)
})

test('status tells how the host stands', async () => {
  const { running } = await hostState(box)
  const status = JSON.parse((await askAnew(box, 'status')).stdout) as unknown
  expect(status).toMatchObject({
    running: { system: running },
    default: { system: running },
    failedUnits: [],
    active: null,
    bootId: expect.stringMatching(/^[0-9a-f-]{36}\/[0-9]+$/),
  })
})

test('status answers also where /proc hides the processes of others', async () => {
  await box.must('mount -o remount,hidepid=invisible /proc')
  const { code, stdout } = await askAnew(box, 'status')
  await box.must('mount -o remount,hidepid=off /proc')
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/"bootId":"[0-9a-f-]{36}\/"/) })
})
