import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { type ActionRun, runScript, startScript } from '../../support/run-action.ts'

const STORIES = fileURLToPath(new URL('stories.ts', import.meta.url))

function run(story: string, env: Record<string, string> = {}): Promise<ActionRun> {
  return runScript(STORIES, { env: { STORY: story, ...env } })
}

/** Where a failure is explained. */
const SEE = '%0ASee https://github.com/toxx1220/nix-vps/blob/v1/actions/an-action/README.md#'

describe('a story that', () => {
  test('ends well is green, and its last outputs stand', async () => {
    const { code, stdout, outputs } = await run('ends well')
    expect({ code, outputs }).toEqual({ code: 0, outputs: { status: 'deployed' } })
    expect(stdout).toMatch(/^::stop-commands::(\w{32})\nhalf a line\n::\1::\n$/)
  })

  test('fails as expected is red with one error line, a hint, and outputs', async () => {
    const { code, stdout, outputs } = await run('fails as expected')
    expect({ code, outputs }).toEqual({ code: 1, outputs: { status: 'failed' } })
    expect(stdout.split('\n')[0]).toBe(`::error::The host is away.%0AWait for it.${SEE}when-it-fails`)
    expect(stdout.split('\n')[1]).toMatch(/^::debug::Error: ECONNREFUSED%0A/)
    expect(stdout.match(/::error::/g)).toHaveLength(1)
  })

  test('fails without a hint says just what happened', async () => {
    const { code, stdout } = await run('fails without a hint')
    expect({ code, stdout }).toEqual({ code: 1, stdout: `::error::The host is away.${SEE}when-it-fails\n` })
  })

  test('has a bug is red, with the stack', async () => {
    const { code, stdout } = await run('has a bug')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error::This is a bug in the action: TypeError: x is not a function%0A {4}at /)
  })

  test('throws what is no error is red, with the words', async () => {
    const { code, stdout } = await run('throws what is no error')
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: `::error::This is a bug in the action: just text${SEE}this-is-a-bug-in-the-action-\n`,
    })
  })

  test('waits for something that never comes is red, and says so', async () => {
    const { code, stdout } = await run('waits forever')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^::error::The action ended before its work was done/)
  })

  test.each(['loses a promise', 'loses a promise after its end'])('%s is red', async (story) => {
    const { code, stderr } = await run(story)
    expect(code).toBe(1)
    expect(stderr).toContain('lost on the way')
  })
})

test('a child of the action gets none of its inputs', async () => {
  const secret = '-----BEGIN hunter2-----'
  const { stdout } = await run('starts a child', { 'INPUT_SSH-KEY': secret })
  const [masked, length, ...environment] = stdout.split('\n')
  expect([masked, length]).toEqual([`::add-mask::${secret}`, String(secret.length)])
  expect(environment).toContain('STORY=starts a child')
  expect(environment.join('\n')).not.toMatch(/INPUT_|hunter2/)
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s lets the story end by itself', async (signal) => {
  const action = startScript(STORIES, { env: { STORY: 'is canceled' } })
  await action.waitFor(/waiting/)
  action.signal(signal)
  const { code, stdout } = await action.finished
  expect(code).toBe(1)
  expect(stdout).toContain(`::error::canceled by ${signal}${SEE}canceled-by-\n`)
})
