import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ssh } from '../../../actions/shared/adapters/ssh.ts'
import type { Session } from '../../../actions/shared/ports.ts'
import { collect, endpointTo } from '../../support/endpoint.ts'
import { type Sshd, startSshd } from '../../support/sshd.ts'

const TIMEOUT = { timeoutMs: 10_000 }
let sshd: Sshd
let session: Session

beforeAll(async () => {
  sshd = await startSshd()
  session = await ssh(endpointTo(sshd))(TIMEOUT)
})

afterAll(async () => {
  await session[Symbol.asyncDispose]()
  await sshd[Symbol.asyncDispose]()
})

describe('a command', () => {
  test.each([0, 1, 3, 64, 127, 255])('that exits with %i says so', async (code) => {
    expect((await collect(session, `exit ${code}`)).exit).toEqual({ kind: 'exited', code })
  })

  test('that a signal ended says which', async () => {
    expect((await collect(session, 'kill -TERM $$')).exit).toEqual({ kind: 'killed', signal: 'SIGTERM' })
  })

  test('has its output told from its errors', async () => {
    const { stdout, stderr } = await collect(session, 'echo out; echo err >&2')
    expect({ stdout, stderr }).toEqual({ stdout: 'out\n', stderr: 'err\n' })
  })

  test('finds the end of its input at once', async () => {
    expect((await collect(session, 'cat; echo read')).stdout).toBe('read\n')
  })

  test('is run as it is, quotes and all', async () => {
    expect((await collect(session, `printf '%s|' "a b" 'c"d' \\$HOME`)).stdout).toBe('a b|c"d|$HOME|')
  })

  test('gives whole characters, wherever a packet cuts them', async () => {
    const command = `yes '€uro €' | head -n 100000 | tr -d '\\n'`
    const { stdout } = await collect(session, command)
    expect(stdout).toBe('€uro €'.repeat(100_000))
  })

  test('ends although it left something behind that holds its output', async () => {
    const start = performance.now()
    const { exit, stdout } = await collect(session, 'sleep 60 & echo left $!')
    process.kill(Number(/left (\d+)/.exec(stdout)?.[1]))
    expect(exit).toEqual({ kind: 'exited', code: 0 })
    expect(performance.now() - start).toBeLessThan(5_000)
  }, 15_000)

  test('that the caller gives up on is lost, for his reason', async () => {
    const giveUp = new AbortController()
    setTimeout(() => {
      giveUp.abort(new Error('canceled by SIGINT'))
    }, 100)
    const { exit } = await collect(session, 'sleep 30', giveUp.signal)
    expect(exit).toEqual({ kind: 'lost', reason: 'canceled by SIGINT' })
  })

  test('is not begun when the caller has given up before', async () => {
    const { exit, stdout } = await collect(session, 'echo begun', AbortSignal.abort(new Error('no time')))
    expect({ exit, stdout }).toEqual({ exit: { kind: 'lost', reason: 'no time' }, stdout: '' })
  })

  test('runs beside others on the same connection', async () => {
    const both = await Promise.all([collect(session, 'sleep 0.2; echo slow'), collect(session, 'echo fast')])
    expect(both.map(({ stdout }) => stdout)).toEqual(['slow\n', 'fast\n'])
  })
})

test('of four hundred megabytes that pass through, none are kept', async () => {
  const { host, port, user, key, knownHosts } = sshd
  const server = JSON.stringify({ host, port, user, key, knownHosts })
  const program = join(import.meta.dirname, 'flood.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    server,
    'head -c 400000000 /dev/zero',
  ])
  const { keptMib, ...heard } = JSON.parse(stdout) as Readonly<Record<string, unknown>>
  expect(heard).toEqual({ exit: { kind: 'exited', code: 0 }, bytes: 400_000_000, looks: 20 })
  expect(keptMib).toBeLessThan(100)
}, 120_000)

test('the empty request reaches a forced command as such', async () => {
  await using forced = await startSshd({ forcedCommand: 'echo "<$SSH_ORIGINAL_COMMAND>"' })
  await using connection = await ssh(endpointTo(forced))(TIMEOUT)
  expect((await collect(connection, '')).stdout).toBe('<>\n')
  expect((await collect(connection, 'deploy a b')).stdout).toBe('<deploy a b>\n')
})
