import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Client, ClientChannel } from 'ssh2'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { hostileCommands } from './hostile.ts'
import { run } from './process.ts'
import { answerOf, ask, connected } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(60_000)

let box: Box
let client: Client

beforeAll(async () => {
  box = await bootBox()
  client = await connected(box)
}, 300_000)

afterAll(async () => {
  client.end()
  await box[Symbol.asyncDispose]()
})

test('there are at least one hundred hostile commands, each another', () => {
  expect(new Set(hostileCommands).size).toBe(hostileCommands.length)
  expect(hostileCommands.length).toBeGreaterThanOrEqual(100)
})

test('every hostile command is refused with 64 and one line, and nothing is run or written', async () => {
  const before = await traces()
  const notRefused: unknown[] = []
  const send = async (command: string): Promise<void> => {
    const answer = await ask(client, command)
    if (!isRefusal(answer)) notRefused.push({ command: command.slice(0, 200), ...answer })
  }
  for (let next = 0; next < hostileCommands.length; next += 4)
    await Promise.all(hostileCommands.slice(next, next + 4).map(send))
  expect(notRefused).toEqual([])
  expect(await traces()).toBe(before)
})

test('a byte that is not UTF-8 is refused too', async () => {
  const options = ['-oStrictHostKeyChecking=no', '-oUserKnownHostsFile=/dev/null', '-oLogLevel=ERROR']
  const ssh = ['ssh', '-i', box.deployKeyFile, ...options, `deploy@${box.address}`]
  expect(isRefusal(await run(['sh', '-c', 'exec "$@" "$(printf "hello\\377")"', 'sh', ...ssh]))).toBe(true)
})

test('the same connection still answers a good request', async () => {
  expect(await ask(client, 'hello')).toMatchObject({ code: 0, stderr: '' })
})

test('the sftp subsystem is refused', async () => {
  const before = await traces()
  const failure = await new Promise<string>((resolve) => {
    client.sftp((error) => {
      resolve(error === undefined ? 'it works' : error.message)
    })
  })
  expect(failure).not.toBe('it works')
  expect(await traces()).toBe(before)
})

test.each(['sftp', 'shell'])('the subsystem %s answers with 64 and nothing else', async (name) => {
  const answer = await new Promise<Answer>((resolve, reject) => {
    client.subsys(name, (error, channel) => {
      if (error === undefined) answerOf(channel).then(resolve, reject)
      else resolve({ code: undefined, stdout: '', stderr: error.message })
    })
  })
  expect([64, undefined]).toContain(answer.code)
  expect(answer.stdout).toBe('')
})

test('a terminal is refused', async () => {
  const failure = new Promise((resolve) => {
    client.exec('hello', { pty: true }, (error) => {
      resolve(error?.message)
    })
  })
  expect(await failure).toMatch(/pseudo-terminal/)
})

test('forwarding to a port, from a port and to a socket is refused', async () => {
  const refusals = await Promise.all([
    refusalOf((done) => client.forwardOut('127.0.0.1', 0, '127.0.0.1', 22, done)),
    refusalOf((done) => client.forwardIn('127.0.0.1', 0, done)),
    refusalOf((done) => client.openssh_forwardOutStreamLocal('/run/systemd/private', done)),
    refusalOf((done) => client.openssh_forwardInStreamLocal('/tmp/socket', done)),
  ])
  expect(refusals).toEqual([
    expect.stringMatching(/open failed/),
    expect.stringMatching(/Unable to bind/),
    expect.stringMatching(/open failed/),
    expect.stringMatching(/Unable to bind/),
  ])
})

test('variables of the environment do not reach the host half', async () => {
  const env = { VPS_DEPLOY_CONFIG: '/tmp/evil.json', PYTHONPATH: '/tmp', LD_PRELOAD: '/tmp/evil.so' }
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec('hello', { env }, (error, channel) => {
      if (error === undefined) resolve(channel)
      else reject(error)
    })
  })
  const { code, stdout } = await answerOf(channel)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ configuration: 'vps-arm' })
})

test('the spool is not readable, and not writable beyond putting a request into it', async () => {
  const asDeploy = (command: string) =>
    box.run(['setpriv', '--reuid=deploy', '--regid=deploy', '--clear-groups', 'sh', '-c', command])
  const denied = {
    code: expect.any(Number) as unknown,
    stdout: '',
    stderr: expect.stringMatching(/denied/i) as unknown,
  }
  for (const command of [
    'ls /run/vps-deploy/inbox',
    'touch /run/vps-deploy/queue/x',
    'touch /run/vps-deploy/active',
    'touch /var/lib/vps-deploy/x',
  ])
    expect({ command, ...(await asDeploy(command)) }).toMatchObject({ command, ...denied })
})

/** Why something was refused; '' if it was not. */
function refusalOf(ask: (done: (error?: Error | null) => void) => unknown): Promise<string> {
  return new Promise((resolve) => {
    ask((error) => {
      resolve(error?.message ?? '')
    })
  })
}

/** Everything a request could leave on the host. */
function traces(): Promise<string> {
  return box.must(`
    find /run/vps-deploy /var/lib/vps-deploy /tmp /var/empty /run/hostile-was-here -printf '%p %T@\\n' 2>/dev/null |
      grep -v '^/run/vps-deploy/inbox ' | sort
    systemctl list-units --all --plain --no-legend 'vps-deploy-*'
    ps -u deploy -o args= | grep -v sshd || true`)
}

function isRefusal({ code, stdout, stderr }: Answer): boolean {
  return code === 64 && stdout === '' && /^vps-deploy: [ -~]+\n$/.test(stderr)
}
