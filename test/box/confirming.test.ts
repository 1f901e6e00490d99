// How long a host waits for a confirm, what it demands, and what becomes of a system nobody can confirm.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { deploy, endOf, hostState, leftovers, mustDeploy, tearDown } from './deploying.ts'
import { ask, askAnew, connected } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(60_000)

const config = { minConfirmSeconds: 10, maxConfirmSeconds: 15 }

let box: Box

beforeAll(async () => {
  box = await bootBox()
  await mustDeploy(box, { config })
}, 300_000)

afterAll(() => tearDown(box))

/** Sends a request and confirms, as whoever reads the answer would. */
async function askAndConfirm(request: string, idOf: (text: string) => string): Promise<Answer> {
  const client = await connected(box)
  let confirm: Promise<Answer> | undefined
  const answer = await ask(client, request, (text) => {
    const nonce = /(?:"nonce":"|confirm \S+ )([0-9a-f]{32})/.exec(text)?.[1]
    if (nonce !== undefined) confirm ??= askAnew(box, `confirm ${idOf(text)} ${nonce}`)
  })
  expect(await confirm).toMatchObject({ code: 0 })
  client.end()
  return answer
}

test('a longer wait than the host allows is shortened, with a warning', async () => {
  const rev = await box.commit({ config, packages: ['clamped-1'] })
  const { code, stdout } = await askAndConfirm(`deploy clamped-1 ${rev} switch 300 200`, () => 'clamped-1')
  expect(code).toBe(0)
  expect(stdout).toMatch(/"type":"warning","text":"this host waits at most 15 s for a confirm, not 300 s"/)
  expect(stdout).toMatch(/"type":"awaiting-confirm".*"secondsLeft":1[0-5]\b/)
})

test('without a confirm, or with a shorter wait than the host demands, nothing is taken up', async () => {
  const before = await hostState(box)
  const rev = await box.commit({ config, packages: ['short-1'] })
  for (const seconds of [0, 9]) {
    const { code, stdout, stderr } = await askAnew(
      box,
      `deploy short-${seconds}-1 ${rev} switch ${seconds} 200`,
    )
    expect({ code, stdout }).toEqual({ code: 65, stdout: '' })
    expect(stderr).toContain(`at least 10 s (minConfirmSeconds); ${seconds} s were asked for`)
  }
  expect(await hostState(box)).toEqual(before)
})

test('the empty request prints the line to type where the host demands a confirm', async () => {
  const rev = await box.commit({ config, packages: ['typed-1'] })
  const idOf = (text: string) => /confirm (\S+) [0-9a-f]{32}/.exec(text)?.[1] ?? ''
  expect(await askAndConfirm('', idOf)).toMatchObject({ code: 0, stdout: expect.stringMatching(/DEPLOYED/) })
  expect(JSON.parse((await askAnew(box, 'hello')).stdout)).toMatchObject({ running: { rev } })
})

test('nothing is activated when too little time is left to confirm it', async () => {
  const before = await hostState(box)
  const rev = await box.commit({ config, packages: ['late-1'] })
  const { code, stdout } = await askAnew(box, `deploy too-late-1 ${rev} switch 15 70`)
  expect(code).toBe(75)
  expect(stdout).toMatch(
    /"status":"failed","exitCode":75.*activating and confirming needs 75 s. Nothing was changed/,
  )
  expect(await hostState(box)).toEqual(before)
  expect(await leftovers(box)).toBe('')
})

test('a system without the key of the deploy user is rolled back, for nobody could deploy to it again', async () => {
  const before = await hostState(box)
  const rev = await box.commit({ config, etc: { 'ssh/authorized_keys.d/deploy': '' } })
  const run = await deploy(box, { rev })
  const end = { code: 1, status: 'rolled-back', exitCode: 81, host: before, leftovers: '' }
  expect(await endOf(box, run)).toEqual(end)
  expect((await askAnew(box, 'hello')).code).toBe(0)
})
