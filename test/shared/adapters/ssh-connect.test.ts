import { type Socket, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ssh } from '../../../actions/shared/adapters/ssh.ts'
import { collect, endpointTo } from '../../support/endpoint.ts'
import { type Sshd, freePort, makeKey, startSshd } from '../../support/sshd.ts'

const TIMEOUT = { timeoutMs: 10_000 }
let sshd: Sshd

beforeAll(async () => {
  sshd = await startSshd()
})

afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
})

/** A server that is none of SSH. */
async function listen(answer: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).resume()
    answer(socket)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('no connection, and worth another try', () => {
  test('nobody listens', async () => {
    const port = await freePort()
    await expect(ssh({ ...endpointTo(sshd), port })(TIMEOUT)).rejects.toMatchObject({
      kind: 'unreachable',
      message: `127.0.0.1:${port} refused the connection.`,
    })
  })

  test('the name is unknown', async () => {
    const dial = ssh({ ...endpointTo(sshd), host: 'host.invalid', port: 22 })
    await expect(dial(TIMEOUT)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^host\.invalid has no address: the name/),
    })
  })

  test('something else than SSH answers', async () => {
    await using other = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await expect(ssh({ ...endpointTo(sshd), port: other.port })(TIMEOUT)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('ended the connection before the keys were exchanged'),
    })
  })

  test('nobody answers in time', async () => {
    await using other = await listen(() => {})
    const start = performance.now()
    await expect(ssh({ ...endpointTo(sshd), port: other.port })({ timeoutMs: 299.5 })).rejects.toMatchObject({
      kind: 'unreachable',
      message: `127.0.0.1:${other.port} did not answer within 300 ms.`,
    })
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

test('a caller who gives up gets his own reason back', async () => {
  await using other = await listen(() => {})
  const giveUp = new AbortController()
  setTimeout(() => {
    giveUp.abort(new Error('canceled by SIGINT'))
  }, 100)
  const dial = ssh({ ...endpointTo(sshd), port: other.port })
  await expect(dial({ ...TIMEOUT, signal: giveUp.signal })).rejects.toThrow('canceled by SIGINT')
})

describe('nothing in common', () => {
  test.each([
    ['KexAlgorithms sntrup761x25519-sha512@openssh.com', 'no matching key exchange algorithm'],
    ['Ciphers 3des-cbc', 'no matching C->S cipher'],
  ])('%s', async (line, message) => {
    await using other = await startSshd({ config: [line] })
    await expect(ssh(endpointTo(other))(TIMEOUT)).rejects.toMatchObject({
      kind: 'algorithms',
      message: `127.0.0.1:${other.port} and this client have nothing in common: ${message}.`,
      hint: expect.stringContaining('post-quantum'),
    })
  })

  test('but every modern cipher alone is enough', async () => {
    const ciphers = ['aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes256-ctr']
    for (const cipher of ciphers) {
      await using other = await startSshd({ config: [`Ciphers ${cipher}`] })
      await using session = await ssh(endpointTo(other))(TIMEOUT)
      expect((await collect(session, 'echo in')).stdout).toBe('in\n')
    }
  })
})

describe('through a jump host', () => {
  test('the connection comes from there', async () => {
    await using jump = await startSshd()
    await using session = await ssh({ ...endpointTo(sshd), jump: endpointTo(jump) })(TIMEOUT)
    expect((await collect(session, 'echo in')).stdout).toBe('in\n')
    expect(jump.connections()).toHaveLength(1)
  })

  test('each host is checked by its own pin', async () => {
    await using jump = await startSshd()
    const { publicKey } = await makeKey()
    const wrong = { knownHosts: `127.0.0.1 ${publicKey}` }
    const viaWrong = ssh({ ...endpointTo(sshd), jump: endpointTo(jump, wrong) })
    await expect(viaWrong(TIMEOUT)).rejects.toMatchObject({
      kind: 'host-key',
      message: expect.stringContaining(`The host key of 127.0.0.1:${jump.port} is`),
    })
    const toWrong = ssh({ ...endpointTo(sshd, wrong), jump: endpointTo(jump) })
    await expect(toWrong(TIMEOUT)).rejects.toMatchObject({
      kind: 'host-key',
      message: expect.stringContaining(`The host key of 127.0.0.1:${sshd.port} is`),
    })
  })

  test('a host behind it that cannot be reached is unreachable', async () => {
    await using jump = await startSshd()
    const port = await freePort()
    const dial = ssh({ ...endpointTo(sshd), port, jump: endpointTo(jump) })
    await expect(dial(TIMEOUT)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining(`The jump host cannot reach 127.0.0.1:${port}: `),
    })
    // Nothing stays open for a host that was not reached.
    while (jump.connections().length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  })

  test('a jump host that dies takes the session with it, and says so', async () => {
    await using jump = await startSshd()
    await using session = await ssh({ ...endpointTo(sshd), jump: endpointTo(jump) })(TIMEOUT)
    const running = collect(session, 'echo begun; sleep 20')
    jump.signal('SIGKILL')
    expect((await running).exit.kind).toBe('lost')
  })
})
