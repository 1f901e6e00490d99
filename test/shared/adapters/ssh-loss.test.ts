import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { ssh } from '../../../actions/shared/adapters/ssh.ts'
import { collect, endpointTo } from '../../support/endpoint.ts'
import { type Sshd, startSshd } from '../../support/sshd.ts'

const TIMEOUT = { timeoutMs: 10_000 }

/** Sends a signal to the server's side of the connection once the command has spoken. */
async function whileRunning(sshd: Sshd, signal: NodeJS.Signals, keepaliveMs = 5_000) {
  await using session = await ssh(endpointTo(sshd), { intervalMs: keepaliveMs, countMax: 2 })(TIMEOUT)
  let stdout = ''
  const handlers = {
    stdout: (text: string) => {
      stdout += text
      sshd.signal(signal)
    },
    stderr: () => {},
  }
  const exit = await session.exec('echo begun; sleep 20', handlers)
  return { exit, stdout, after: await collect(session, 'echo again') }
}

describe('a connection that breaks while a command runs', () => {
  test('is neither success nor failure', async () => {
    await using sshd = await startSshd()
    const { exit, stdout, after } = await whileRunning(sshd, 'SIGKILL')
    expect(stdout).toBe('begun\n')
    expect(exit.kind).toBe('lost')
    expect(after.exit.kind).toBe('lost')
  })

  test('is noticed when the host just falls silent', async () => {
    await using sshd = await startSshd()
    const start = performance.now()
    const { exit, after } = await whileRunning(sshd, 'SIGSTOP', 200)
    expect(exit).toEqual({ kind: 'lost', reason: 'Keepalive timeout' })
    expect(after.exit).toEqual({ kind: 'lost', reason: 'Keepalive timeout' })
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  test('is no error that ends the process, when nothing runs', async () => {
    await using sshd = await startSshd()
    await using session = await ssh(endpointTo(sshd))(TIMEOUT)
    sshd.signal('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect((await collect(session, 'true')).exit).toEqual({ kind: 'lost', reason: expect.any(String) })
  })
})

test('a host that does not answer at all is given up as soon as the caller says', async () => {
  await using deaf = await startDeaf()
  await using sshd = await startSshd()
  const dial = ssh({ ...endpointTo(sshd), port: deaf.port })
  await expect(dial({ timeoutMs: 60_000, reachMs: 300 })).rejects.toMatchObject({
    kind: 'unreachable',
    isUnnoticed: true,
    message: `127.0.0.1:${deaf.port} did not answer.`,
  })
})

/** Its kernel drops what asks for a connection, for as many wait already as may. */
async function startDeaf(): Promise<{ port: number } & AsyncDisposable> {
  const program =
    'import socket, time; s = socket.create_server(("127.0.0.1", 0), backlog=0); print(s.getsockname()[1], flush=True); time.sleep(600)'
  const child = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  const waiting = connect({ host: '127.0.0.1', port })
  await once(waiting, 'connect')
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      waiting.destroy()
      child.kill()
      await once(child, 'close')
    },
  }
}

test('a session tells for how long its host has been quiet', async () => {
  await using sshd = await startSshd()
  await using session = await ssh(endpointTo(sshd), { intervalMs: 50, countMax: 100 })(TIMEOUT)
  const longestQuiet = async (): Promise<number> => {
    let longest = 0
    for (let look = 0; look < 60; look++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      longest = Math.max(longest, session.quietMs())
    }
    return longest
  }
  const whileThere = await longestQuiet()
  sshd.signal('SIGSTOP')
  const whileStopped = await longestQuiet()
  sshd.signal('SIGKILL')
  expect(whileStopped).toBeGreaterThan(500)
  expect(whileThere).toBeLessThan(whileStopped)
})

test('a disposed session has closed its connection', async () => {
  await using sshd = await startSshd()
  const session = await ssh(endpointTo(sshd))(TIMEOUT)
  expect(sshd.connections()).toHaveLength(1)
  await session[Symbol.asyncDispose]()
  await session[Symbol.asyncDispose]()
  expect((await collect(session, 'true')).exit.kind).toBe('lost')
})
