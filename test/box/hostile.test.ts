import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Client } from 'ssh2'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { watchExecutions } from './executions.ts'
import type { Executions } from './executions.ts'
import { hostileCommands, withNul } from './hostile.ts'
import { mark } from './hostilewords.ts'
import { run } from './process.ts'
import { answerOf, ask, askAnew, connected } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(120_000)

const CONNECTIONS = 3
const AT_ONCE = 4

let box: Box
let clients: Client[]
let deployUid: number
let executions: Executions
let [shell, forcedCommand, python] = ['', '', '']

beforeAll(async () => {
  box = await bootBox()
  clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connected(box)))
  deployUid = Number(await box.must('id -u deploy'))
  const paths = await box.must('readlink -f /bin/sh /usr/local/bin/vps-deploy "$(command -v python3)"')
  ;[shell = '', forcedCommand = '', python = ''] = paths.split('\n')
  executions = await watchExecutions(box)
}, 300_000)

afterAll(async () => {
  for (const client of clients) client.end()
  await box[Symbol.asyncDispose]()
})

test('every one of 300 hostile commands and more is refused with 64 and one line, and nothing is run or written', async () => {
  expect(new Set(hostileCommands).size).toBeGreaterThanOrEqual(300)
  const before = await traces()
  await executions.of(deployUid)
  const notRefused: unknown[] = []
  const waiting = hostileCommands.values()
  const sender = async (client: Client): Promise<void> => {
    for (const command of waiting) {
      const answer = await ask(client, command)
      if (!isRefusal(answer)) notRefused.push({ command: command.slice(0, 200), ...answer })
    }
  }
  await Promise.all(clients.flatMap((client) => Array.from({ length: AT_ONCE }, () => sender(client))))
  expect(notRefused).toEqual([])
  expect(await programsRun()).toEqual(forcedCommandOnly(hostileCommands.length))
  expect(await traces()).toBe(before)
})

/** The login shell starts the forced command, and that is all there is. */
function forcedCommandOnly(times: number): Record<string, number> {
  return Object.fromEntries([shell, forcedCommand, python].map((path) => [path, times]))
}

/** What user deploy has executed, the loader of every program aside. */
async function programsRun(): Promise<Record<string, number>> {
  const all = Object.entries(await executions.of(deployUid))
  return Object.fromEntries(all.filter(([path]) => !/\/ld-linux[^/]*$/.test(path)))
}

test('bytes that are not UTF-8 are refused too', async () => {
  const options = ['-oStrictHostKeyChecking=no', '-oUserKnownHostsFile=/dev/null', '-oLogLevel=ERROR']
  const ssh = ['ssh', '-i', box.deployKeyFile, ...options, `deploy@${box.address}`]
  const texts = ['hello\\377', '\\200hello', 'hello\\300\\257', '\\355\\240\\200', '\\201\\202\\203']
  const send = (text: string) => run(['sh', '-c', `exec "$@" "$(printf '${text}')"`, 'sh', ...ssh])
  const answers = await Promise.all(texts.map(send))
  expect(answers.filter((answer) => !isRefusal(answer))).toEqual([])
})

test('a request with a NUL runs nothing: sshd ends the connection it came over', async () => {
  const before = await traces()
  await executions.of(deployUid)
  const outcomes = await Promise.all(withNul.map((request) => outcomeAnew(request)))
  expect(outcomes.filter((outcome) => typeof outcome !== 'string')).toEqual([])
  expect(await programsRun()).toEqual({})
  expect(await traces()).toBe(before)
})

test('a request that fits into no environment starts not even the forced command', async () => {
  const before = await traces()
  await executions.of(deployUid)
  const outcome = await outcomeAnew(`hello ${'x'.repeat(200_000)}`)
  expect(outcome).toMatchObject({ stdout: '' })
  expect(outcome).not.toMatchObject({ code: 0 })
  expect(Object.keys(await programsRun())).not.toContain(forcedCommand)
  expect(await traces()).toBe(before)
})

test('what comes in on stdin is not read: a refused request leaves it, a good one as well', async () => {
  const before = await traces()
  await executions.of(deployUid)
  const input = `touch ${mark}\n`.repeat(10_000)
  const [client] = clients
  if (client === undefined) throw new Error('There is no connection.')
  expect(isRefusal(await askWithInput(client, 'sh', input))).toBe(true)
  expect(await askWithInput(client, 'hello', input)).toMatchObject({ code: 0, stderr: '' })
  expect(await programsRun()).toEqual(forcedCommandOnly(2))
  expect(await traces()).toBe(before)
})

test('the same connections still answer a good request', async () => {
  for (const client of clients) expect(await ask(client, 'hello')).toMatchObject({ code: 0, stderr: '' })
})

function askWithInput(client: Client, request: string, input: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    client.exec(request, (error, channel) => {
      if (error !== undefined) {
        reject(error)
        return
      }
      channel.write(input)
      answerOf(channel).then(resolve, reject)
    })
  })
}

/** The answer, or in words why there is none. */
async function outcomeAnew(request: string): Promise<Answer | string> {
  try {
    return await askAnew(box, request)
  } catch (error) {
    return String(error)
  }
}

/** Everything a request could leave on the host: files, units started, processes. */
function traces(): Promise<string> {
  return box.must(`
    find /run/vps-deploy /var/lib/vps-deploy /tmp /var/empty ${mark} -printf '%p %s %T@\\n' 2>/dev/null | sort
    systemctl list-units --all --plain --no-legend 'vps-deploy-*'
    systemctl show -p Id -p InvocationID -p NRestarts vps-deploy-intake vps-deploy-worker vps-deploy-recover
    ps -u deploy -o args= | grep -v sshd || true`)
}

function isRefusal({ code, stdout, stderr }: Answer): boolean {
  return code === 64 && stdout === '' && /^vps-deploy: [ -~]+\n$/.test(stderr)
}
