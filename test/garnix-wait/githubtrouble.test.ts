import { describe, expect, test } from '@jest/globals'
import { ChecksScene, SHA } from '../support/checks.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'

let github: FakeGitHub

withSharedGitHub((shared) => {
  github = shared
})

const MINUTE = 60_000

describe('GitHub', () => {
  const wait = { names: ['web'], timeoutMs: 20 * MINUTE }
  const build = (scene: ChecksScene) => {
    scene.garnix.push({ sha: SHA, builds: [{ name: 'nixosConfig web' }] })
  }

  test('that does not know the token says so at once', async () => {
    await using scene = await ChecksScene.at(github)
    const end = await scene.wait({ ...wait, token: 'wrong' })
    expect(end.told[0]?.message).toContain(
      'does not know the token it was asked for the check runs of acme/infra',
    )
    expect(scene.clock.now()).toBe(0)
  })

  test('that does not show checks says what the token lacks', async () => {
    await using scene = await ChecksScene.at(github)
    github.tokens.set('blind', { login: 'github-actions[bot]', permissions: ['contents: read'] })
    const end = await scene.wait({ ...wait, token: 'blind' })
    expect(end.told[0]?.message).toContain(
      "it lacks 'checks: read'. It says: Resource not accessible by integration",
    )
    expect(end.told[0]?.hint).toContain("'permissions: checks: read'")
  })

  test('that does not show the repository says so', async () => {
    await using scene = await ChecksScene.at(github)
    github.disturb = () => ({ status: 404, body: '{}', headers: { 'content-type': 'application/json' } })
    expect((await scene.wait(wait)).told[0]?.message).toContain(
      'GitHub does not have the check runs of acme/infra',
    )
  })

  test.each([
    ['is down for a while', { status: 502, body: '<html>Unicorn!</html>' }],
    [
      'answers with pages',
      { status: 200, body: '<html>Unicorn!</html>', headers: { 'content-type': 'text/html' } },
    ],
    [
      'answers with something else',
      { status: 200, body: '{"total_count":1}', headers: { 'content-type': 'application/json' } },
    ],
    ['answers with nothing', { status: 204 }],
    ['breaks off', 'cut'],
    ['wants to be asked less', { status: 403, headers: { 'retry-after': '61' } }],
    ['is asked too often', { status: 429 }],
  ] as const)('that %s is asked again', async (_, disturbance) => {
    await using scene = await ChecksScene.at(github)
    build(scene)
    github.disturb = (__, count) => (count === 2 || count === 3 ? disturbance : undefined)
    expect((await scene.wait(wait)).kind).toBe('built')
  })

  test('that answers nothing more of this hour is asked in the next one', async () => {
    await using scene = await ChecksScene.at(github)
    build(scene)
    github.remaining = 3
    const waiting = scene.wait({ ...wait, timeoutMs: 70 * MINUTE })
    github.disturb = () => {
      if (scene.clock.now() >= 60 * MINUTE) github.remaining = 1_000
      return undefined
    }
    expect((await waiting).kind).toBe('built')
    expect(scene.log.of('warning')).toHaveLength(1)
    expect(github.exchanges.every(({ status }) => status < 400)).toBe(true)
    expect(scene.clock.now()).toBeGreaterThan(60 * MINUTE)
    expect(scene.clock.now()).toBeLessThan(61 * MINUTE)
  })

  test('that answers with something else until the end is why the wait has ended', async () => {
    await using scene = await ChecksScene.at(github)
    const headers = { 'content-type': 'application/json' }
    github.disturb = () => ({ status: 200, body: '{"total_count":1,"check_runs":{}}', headers })
    const words = expect.stringContaining('with something else than what was asked for (status 200)')
    expect(await scene.wait(wait)).toMatchObject({ kind: 'timed-out', words })
  })

  test('that is away until the end is why the wait has ended', async () => {
    await using scene = await ChecksScene.at(github)
    github.disturb = () => ({ status: 503 })
    const end = await scene.wait(wait)
    expect(end).toMatchObject({
      kind: 'timed-out',
      words: expect.stringContaining('GitHub could not be asked'),
    })
  })

  test('that has no statuses until the end is why, though it has runs', async () => {
    await using scene = await ChecksScene.at(github)
    github.disturb = ({ path }) => (path.includes('/status?') ? { status: 503 } : undefined)
    const end = await scene.wait({ ...wait, provider: 'checks' })
    expect(end).toMatchObject({
      kind: 'timed-out',
      words: expect.stringContaining('/status: GitHub answered that'),
    })
  })

  test('that refuses only the list of what there is leaves the failure as it is', async () => {
    await using scene = await ChecksScene.at(github)
    github.disturb = ({ path }) =>
      scene.clock.now() < 2 * MINUTE || path.includes('check_name') ? undefined : { status: 404 }
    const end = await scene.wait(wait)
    expect(end.told[0]?.message).toContain("No check 'nixosConfig web' appeared")
  })

  test('is asked nothing more once nobody waits', async () => {
    await using scene = await ChecksScene.at(github)
    build(scene)
    const giveUp = new AbortController()
    github.disturb = (_, count) => {
      if (count === 3) giveUp.abort(new Error('the closure is complete'))
      return undefined
    }
    await expect(scene.wait({ ...wait, signal: giveUp.signal })).rejects.toThrow('the closure is complete')
    expect(github.exchanges).toHaveLength(3)
  })
})
