/** The bundle against a real server: what it tells, and what it keeps to itself. */
import { readFileSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { obeyed } from '../support/obeyed.ts'
import { type ActionRun, runAction, startAction } from '../support/run-action.ts'
import { type Sshd, makeKey, startSshd } from '../support/sshd.ts'

const PASSPHRASE = 'open sesame, hunter2'
const HOSTILE = [
  '::error::forged',
  '::add-mask::a',
  '##[group]forged',
  'progress\\r::set-output name=status::forged',
  '::stop-commands::forged',
  '<script>alert(1)</script> @octocat',
]

const HARMLESS = ['add-mask', 'group', 'endgroup', 'debug']

let sshd: Sshd
let inputs: Readonly<Record<string, string>>
let secrets: readonly string[]

beforeAll(async () => {
  const printed = HOSTILE.map((line) => `printf '%b\\n' '${line}'`).join('; ')
  sshd = await startSshd({ forcedCommand: `${printed}; env; sleep 0.5; exit 3` })
  const key = await makeKey({ passphrase: PASSPHRASE })
  sshd.authorize(key.publicKey)
  secrets = [
    PASSPHRASE,
    ...key.privateKey.split('\n').filter((line) => line !== '' && !line.startsWith('-----')),
  ]
  inputs = {
    protocol: 'plain',
    host: sshd.host,
    port: String(sshd.port),
    user: sshd.user,
    'ssh-key': key.privateKey,
    'ssh-key-passphrase': PASSPHRASE,
    'known-hosts': sshd.knownHosts,
  }
})

afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
})

describe('a deploy by a forced command that fails', () => {
  let run: ActionRun

  beforeAll(async () => {
    run = await runAction('deploy-nixos', inputs)
  })

  test('is red, and its outputs and summary are there', () => {
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ status: 'failed', rev: expect.stringMatching(/^[0-9a-f]{40}$/) })
    expect(run.summary).not.toBe('')
  })

  test('shows what the host said, and obeys none of it', () => {
    expect(run.stdout).toContain('::error::forged')
    expect(run.stdout).not.toContain('##[')
    const others = obeyed(run.stdout).filter(({ name }) => !HARMLESS.includes(name))
    expect(others.map(({ line }) => line)).toEqual([expect.stringMatching(/^::error::.* exit code 3 /)])
  })

  test('never says a secret but to have it masked, and tells the host nothing of the runner', () => {
    const log = run.log.replace(/^::add-mask::.*$/gm, '')
    for (const secret of secrets) for (const text of [log, run.summary]) expect(text).not.toContain(secret)
    expect(log).not.toMatch(/^(?:INPUT_|GITHUB_)/m)
    expect(log).toMatch(/^SSH_CONNECTION=/m)
  })

  test('masks before it says anything', () => {
    const unmasked = run.stdout.split('\n').findIndex((line) => !line.startsWith('::add-mask::'))
    expect(unmasked).toBe(2)
  })
})

test('the action starts no process, and its argv holds no secret', async () => {
  const action = startAction('deploy-nixos', inputs)
  await action.waitFor(/SSH_CONNECTION/)
  const argv = readFileSync(`/proc/${action.pid}/cmdline`, 'utf8')
  const children = readdirSync(`/proc/${action.pid}/task`).map((task) =>
    readFileSync(`/proc/${action.pid}/task/${task}/children`, 'utf8'),
  )
  await action.finished
  expect(children.join('')).toBe('')
  for (const secret of secrets) expect(argv).not.toContain(secret)
})
