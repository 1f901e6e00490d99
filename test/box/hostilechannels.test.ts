// What SSH offers besides a request: terminals, forwarding, subsystems, variables, signals, a shell.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { NodeSSH } from 'node-ssh'
import type { Client, ClientChannel, ExecOptions } from 'ssh2'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { watchExecutions } from './executions.ts'
import type { Executions } from './executions.ts'
import { mark } from './hostilewords.ts'
import { answerOf, ask, connected } from './sshclient.ts'
import type { Answer } from './sshclient.ts'

jest.setTimeout(60_000)

let box: Box
let client: Client
let deployUid: number
let executions: Executions

beforeAll(async () => {
  box = await bootBox()
  client = await connected(box)
  deployUid = Number(await box.must('id -u deploy'))
  executions = await watchExecutions(box)
}, 300_000)

afterAll(async () => {
  client.end()
  await box[Symbol.asyncDispose]()
})

const agent = { agent: '/nowhere', agentForward: true }
const refusedRequests: readonly { what: string; options: ExecOptions; settings: object; words: RegExp }[] = [
  { what: 'a terminal', options: { pty: true }, settings: {}, words: /pseudo-terminal/ },
  { what: 'an X11 display', options: { x11: true }, settings: {}, words: /X11/ },
  { what: 'the agent', options: {}, settings: agent, words: /agent forwarding/ },
]

test.each(refusedRequests)('$what is refused', async ({ options, settings, words }) => {
  const sockets = await socketsAndFiles()
  const { connection } = await new NodeSSH().connect({ ...destination(), ...settings })
  const failure = new Promise((resolve) => {
    connection?.exec('hello', options, (error) => {
      resolve(error?.message)
    })
  })
  expect(await failure).toMatch(words)
  expect(await socketsAndFiles()).toBe(sockets)
  connection?.end()
})

const forwardings: readonly [string, (done: (error?: Error | null) => void) => unknown, RegExp][] = [
  ['to a port', (done) => client.forwardOut('127.0.0.1', 0, '127.0.0.1', 22, done), /open failed/],
  ['from a port', (done) => client.forwardIn('127.0.0.1', 0, done), /Unable to bind/],
  ['from every port', (done) => client.forwardIn('', 8022, done), /Unable to bind/],
  [
    'to a socket',
    (done) => client.openssh_forwardOutStreamLocal('/run/systemd/private', done),
    /open failed/,
  ],
  ['from a socket', (done) => client.openssh_forwardInStreamLocal('/tmp/socket', done), /Unable to bind/],
]

test.each(forwardings)('forwarding %s is refused', async (_, ask, words) => {
  const sockets = await socketsAndFiles()
  const refusal = await new Promise<string>((resolve) => {
    ask((error) => {
      resolve(error?.message ?? '')
    })
  })
  expect(refusal).toMatch(words)
  expect(await socketsAndFiles()).toBe(sockets)
})

test.each(['sftp', 'shell', 'hello', 'netconf', `sftp; touch ${mark}`])(
  'the subsystem %s runs nothing but the forced command, which refuses it',
  async (name) => {
    const files = await socketsAndFiles()
    await executions.of(deployUid)
    const answer = await new Promise<Answer>((resolve, reject) => {
      client.subsys(name, (error, channel) => {
        if (error === undefined) answerOf(channel).then(resolve, reject)
        else resolve({ code: undefined, stdout: '', stderr: error.message })
      })
    })
    expect(answer).toMatchObject({ code: name === 'sftp' ? 64 : undefined, stdout: '' })
    expect(Object.keys(await executions.of(deployUid)).filter(isUnexpected)).toEqual([])
    expect(await socketsAndFiles()).toBe(files)
  },
)

test('a session of sftp comes to nothing', async () => {
  const failure = await new Promise<string>((resolve) => {
    client.sftp((error) => {
      resolve(error === undefined ? 'it works' : error.message)
    })
  })
  expect(failure).not.toBe('it works')
})

test('variables of the environment do not reach the host half', async () => {
  const env = {
    VPS_DEPLOY_CONFIG: '/tmp/evil.json',
    PYTHONPATH: '/tmp',
    LD_PRELOAD: '/tmp/evil.so',
    PATH: '/tmp',
    SSH_ORIGINAL_COMMAND: 'abort nosuch-deploy',
    ENV: '/tmp/evil.sh',
    LC_ALL: '../../tmp',
  }
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

test('who asks for a shell gets what the empty request gets, and his input is not read', async () => {
  await executions.of(deployUid)
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.shell(false, (error, channel) => {
      if (error === undefined) resolve(channel)
      else reject(error)
    })
  })
  channel.write(`touch ${mark}\nexit 3\n`)
  const { code, stdout } = await answerOf(channel)
  expect(stdout).toMatch(/^To look at it again: attach tip-/)
  expect(code).toBe(0)
  expect(Object.keys(await executions.of(deployUid)).filter(isUnexpected)).toEqual([])
  expect((await box.run(['test', '-e', mark])).code).toBe(1)
})

test('signals do not reach what a request has started', async () => {
  const id = 'hostile-signals-1'
  const rev = await box.commit({ build: 'echo building; until [ -e /run/go-on ]; do sleep 0.1; done' })
  let began: (value: unknown) => void = () => undefined
  const building = new Promise((resolve) => (began = resolve))
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec(`deploy ${id} ${rev} switch 0 300`, (error, channel) => {
      if (error === undefined) resolve(channel)
      else reject(error)
    })
  })
  channel.on('data', (data: Buffer) => {
    if (data.includes('building')) began(undefined)
  })
  const answer = answerOf(channel)
  await building
  for (const name of ['HUP', 'INT', 'TERM', 'KILL', 'QUIT', 'USR1', 'STOP']) channel.signal(name)
  expect(await ask(client, 'hello')).toMatchObject({ code: 0 })
  await box.must('touch /run/go-on')
  const { code, stdout } = await answer
  expect({ code, last: stdout.trim().split('\n').at(-1) }).toMatchObject({
    code: 0,
    last: expect.stringContaining('"status":"deployed"') as unknown,
  })
})

test('user deploy can write nowhere but a request into the spool, and not read it', async () => {
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
    'touch /run/vps-deploy/answers/x',
    'touch /var/lib/vps-deploy/x',
    'touch ~/.profile',
    'mkdir ~/.ssh',
    'cat /var/lib/vps-deploy/deploys/hostile-signals-1/switch.log',
  ])
    expect({ command, ...(await asDeploy(command)) }).toMatchObject({ command, ...denied })
})

function destination() {
  return { host: box.address, username: 'deploy', privateKey: box.deployKey }
}

/** What has been opened or left in the box: sockets that listen, files where anybody may write. */
function socketsAndFiles(): Promise<string> {
  return box.must('ss -Hlntu; find /tmp /var/tmp /run/vps-deploy/inbox')
}

/** The login shell, the forced command and what these two are made of. */
function isUnexpected(path: string): boolean {
  return !/\/(dash|vps-deploy|python3[.\d]*|ld-linux[^/]*)$/.test(path)
}
