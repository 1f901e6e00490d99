import { describe, expect, test } from '@jest/globals'
import { ChecksScene, SHA } from '../support/checks.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'

let github: FakeGitHub

withSharedGitHub((shared) => {
  github = shared
})

const MINUTE = 60_000
const BUILD = 'buildbot/nix-build'
const green = { sha: SHA, status: 'completed', conclusion: 'success' } as const

describe('the checks of any CI', () => {
  test('are runs and statuses, and all must have succeeded', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...green, name: 'build', app: 'github-actions' })
    github.state.addStatus({ sha: SHA, context: BUILD, state: 'pending', targetUrl: 'https://ci.example/1' })
    scene.garnix.catchUp = () => {
      if (scene.clock.now() >= 3 * MINUTE)
        github.state.addStatus({ sha: SHA, context: BUILD, state: 'success' })
    }
    const end = await scene.wait({ provider: 'checks', names: ['build', BUILD] })
    expect(end.kind).toBe('built')
    expect(scene.clock.now()).toBeGreaterThanOrEqual(3 * MINUTE)
    expect(scene.log.of('info')).toEqual(["Waiting: 'buildbot/nix-build' is running (https://ci.example/1)."])
  })

  test.each(['failure', 'error'] as const)('have failed with a status of %s', async (state) => {
    await using scene = await ChecksScene.at(github)
    github.state.addStatus({ sha: SHA, context: BUILD, state, description: 'gcc: not found' })
    const end = await scene.wait({ provider: 'checks', names: [BUILD] })
    expect(end.told).toEqual([
      {
        message: `'buildbot/nix-build' of 95a89711a27f ended with '${state}'.`,
        hint: undefined,
        log: 'gcc: not found',
      },
    ])
  })

  test('count as they ended last, for each App by itself', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...green, name: 'build', app: 'one', conclusion: 'failure' })
    github.state.addRun({ ...green, name: 'build', app: 'one', suite: 2 })
    github.state.addRun({ ...green, name: 'build', app: 'two' })
    expect((await scene.wait({ provider: 'checks', names: ['build'] })).kind).toBe('built')
    github.state.addRun({ ...green, name: 'build', app: 'two', conclusion: 'failure' })
    expect((await scene.wait({ provider: 'checks', names: ['build'] })).kind).toBe('failed')
    expect((await scene.wait({ provider: 'checks', names: ['build'], appSlug: 'One' })).kind).toBe('built')
  })

  test('that run again are waited for', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...green, name: 'build' })
    github.state.addRun({ sha: SHA, name: 'build' })
    expect((await scene.wait({ provider: 'checks', names: ['build'], timeoutMs: MINUTE })).kind).toBe(
      'timed-out',
    )
  })

  test('that never come are missed, with what there is', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ ...green, name: 'Build' })
    github.state.addStatus({ sha: SHA, context: BUILD, state: 'success' })
    const end = await scene.wait({ provider: 'checks', names: ['build'] })
    expect(end.told[0]?.message).toBe("No check or status 'build' appeared for 95a89711a27f within 2 min.")
    expect(end.told[0]?.hint).toBe(
      "Did you mean 'Build'? The names in 'check-names' are compared exactly. The commit has 'Build', 'buildbot/nix-build'.",
    )
  })

  test('need no permission for statuses, unless there is no such run', async () => {
    await using scene = await ChecksScene.at(github)
    github.tokens.set('narrow', { login: 'github-actions[bot]', permissions: ['checks: read'] })
    scene.garnix.catchUp = () => {
      if (scene.clock.now() >= MINUTE) github.state.addRun({ ...green, name: 'build' })
    }
    const wait = { provider: 'checks', token: 'narrow' } as const
    expect((await scene.wait({ ...wait, names: ['build'] })).kind).toBe('built')
    const end = await scene.wait({ ...wait, names: ['other'] })
    expect(end.told[0]?.hint).toContain("it lacks 'statuses: read'")
    expect(github.exchanges.filter(({ path }) => path.includes('/status?'))).toHaveLength(2)
  })
})
