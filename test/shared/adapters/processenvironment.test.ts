import { describe, expect, test } from '@jest/globals'
import { runProgram } from '../../../actions/shared/adapters/process.ts'
import type { RunOptions } from '../../../actions/shared/ports.ts'

const sh = (script: string, options: Partial<RunOptions> = {}) =>
  runProgram(['sh', '-c', script], { timeoutMs: 30_000, ...options })

describe('the environment of a program', () => {
  const secrets = {
    INPUT_TOKEN: '1',
    INPUT_NETRC: '1',
    ACTIONS_RUNTIME_URL: '1',
    ACTIONS_ID_TOKEN_REQUEST_URL: '1',
    GITHUB_TOKEN: '1',
    GITHUB_ENV: '1',
    GH_ENTERPRISE_TOKEN: '1',
    CACHIX_AUTH_TOKEN: '1',
    my_token: '1',
    AWS_SECRET_ACCESS_KEY: '1',
    DB_PASSWORD: '1',
    SSH_PRIVATE_KEY: '1',
    APP_CREDENTIALS: '1',
  }
  const others = {
    NIX_CONFIG: 'cores = 1',
    RUNNER_TRACKING_ID: 'github_1',
    HTTPS_PROXY: 'http://p',
    SSH_AUTH_SOCK: '/s',
  }

  test('has what it needs, and neither inputs nor tokens', async () => {
    const before = { ...process.env }
    Object.assign(process.env, secrets, others)
    try {
      const { stdout = '' } = (await sh('env')) ?? {}
      const names = stdout.split('\n').map((line) => line.split('=')[0] ?? '')
      expect(names.filter((name) => name in secrets)).toEqual([])
      expect(names).toEqual(expect.arrayContaining([...Object.keys(others), 'PATH']))
    } finally {
      for (const name of Object.keys({ ...secrets, ...others })) {
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment has no other way
        delete process.env[name]
      }
      Object.assign(process.env, before)
    }
  })

  test('has what is added to it, in the place of what the machine has', async () => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nowhere',
      NIX_CONFIG: 'cores = 2',
      MY_TOKEN: 'given',
    }
    const finished = await sh('echo "$HOME, $NIX_CONFIG, $MY_TOKEN"; test -n "$PWD"', { env })
    expect(finished).toMatchObject({ code: 0, stdout: '/nowhere, cores = 2, given\n' })
    expect(process.env['MY_TOKEN']).toBeUndefined()
  })
})
