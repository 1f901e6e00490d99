import { describe, expect, test } from '@jest/globals'
import { ChecksScene, SHA } from '../support/checks.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'

let github: FakeGitHub

withSharedGitHub((shared) => {
  github = shared
})

const WEB = 'nixosConfig web'
const MINUTE = 60_000

describe('the checks of Garnix', () => {
  test('are waited for from before there are any until the build is green', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({ sha: SHA, noticedMs: 20_000, builds: [{ name: WEB, ms: 5 * MINUTE }] })
    const end = await scene.wait({ names: ['web'] })
    expect(end.kind).toBe('built')
    // 20 s until it begins, a minute of evaluation, five of the build.
    expect(scene.clock.now()).toBeGreaterThanOrEqual(380_000)
    expect(scene.clock.now()).toBeLessThan(420_000)
    expect(scene.log.of('info').map((line) => line.replace(/B5aP\d+/, 'ID'))).toEqual([
      "Waiting: 'nixosConfig web' is not there yet.",
      "Waiting: 'nixosConfig web' is not there before 'Evaluate flake.nix' has succeeded.",
      "Waiting: 'nixosConfig web' is running (https://garnix.example/build/ID).",
    ])
  })

  test('that were green long ago take two answers at most', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({ sha: SHA, builds: [{ name: WEB }, { name: 'package x [x86_64-linux]' }] })
    scene.clock.advance(10 * MINUTE)
    expect((await scene.wait({ names: ['web'] })).kind).toBe('built')
    expect(scene.clock.now()).toBe(10 * MINUTE)
    expect(github.counted()).toBeLessThanOrEqual(2)
  })

  test('fail as soon as one build fails, with the end of its log and its address', async () => {
    await using scene = await ChecksScene.at(github)
    const log = ['building the system', "error: attribute 'foo' missing"]
    scene.garnix.push({
      sha: SHA,
      builds: [
        { name: WEB, ms: 60 * MINUTE },
        { name: 'nixosConfig db', ms: MINUTE, ends: 'failure', log },
      ],
    })
    const end = await scene.wait({ names: ['web', 'db'] })
    expect(scene.clock.now()).toBeLessThan(4 * MINUTE)
    expect(end.told).toHaveLength(1)
    expect(end.told[0]?.message).toMatch(
      /^'nixosConfig db' of 95a89711a27f ended with 'failure' \(https:\/\/garnix\.example\/build\/B5aP\d+\)\.$/,
    )
    expect(end.told[0]?.log).toMatch(/building the system\nerror: attribute 'foo' missing$/)
  })

  test.each(['timed_out', 'cancelled', 'skipped'] as const)('that end with %s have failed', async (ends) => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({ sha: SHA, builds: [{ name: WEB, ends }] })
    const end = await scene.wait({ names: ['web'] })
    expect(end.told[0]?.message).toContain(`ended with '${ends}'`)
    expect(end.told[0]?.hint).toBeTruthy()
  })

  test('that GitHub called stale have failed', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ sha: SHA, name: WEB, status: 'completed', conclusion: 'stale' })
    expect((await scene.wait({ names: ['web'] })).told[0]?.message).toContain("ended with 'stale'")
  })

  test('cannot come any more once the flake has been evaluated without them, which is said at once', async () => {
    await using scene = await ChecksScene.at(github)
    const names = ['nixosConfig vps-arm', 'homeConfig web-arm', 'package x [x86_64-linux]']
    scene.garnix.push({ sha: SHA, builds: names.map((name) => ({ name })) })
    const end = await scene.wait({ names: ['vps-amr'] })
    expect(end.told).toEqual([
      {
        message: "Garnix has evaluated 95a89711a27f and makes no check 'nixosConfig vps-amr'.",
        hint:
          "Did you mean 'nixosConfig vps-arm'? The name is misspelled, or garnix.yaml does not build it: see its " +
          "'include', 'exclude' and 'branch'. The commit has 'package x [x86_64-linux]', 'homeConfig web-arm', " +
          "'nixosConfig vps-arm', 'All Garnix checks', 'Evaluate flake.nix'.",
        log: '',
      },
    ])
    expect(scene.clock.now()).toBeLessThan(2 * MINUTE)
  })

  test('may be shown by GitHub some seconds after the evaluation that made them', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ sha: SHA, name: 'Evaluate flake.nix', status: 'completed', conclusion: 'success' })
    scene.garnix.catchUp = () => {
      if (scene.clock.now() >= 4_000 && github.state.runs.length === 1)
        github.state.addRun({ sha: SHA, name: WEB, status: 'completed', conclusion: 'success' })
    }
    expect((await scene.wait({ names: ['web'] })).kind).toBe('built')
  })

  test('do not come when the flake cannot be evaluated, and the log says why', async () => {
    await using scene = await ChecksScene.at(github)
    const log = ['error: syntax error, unexpected end of file']
    scene.garnix.push({ sha: SHA, evaluation: { ends: 'failure', log }, builds: [{ name: WEB }] })
    const end = await scene.wait({ names: ['web', 'db'] })
    expect(end.told).toHaveLength(1)
    expect(end.told[0]?.message).toContain(
      "Garnix could not evaluate 95a89711a27f: 'Evaluate flake.nix' ended with",
    )
    expect(end.told[0]?.log).toContain('syntax error')
  })

  test('that never come are missed after the time for it, with what there is instead', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun({ sha: SHA, name: 'nixosConfig web2', app: 'github-actions' })
    const end = await scene.wait({ names: ['web'] })
    expect(end.told[0]?.message).toBe("No check 'nixosConfig web' appeared for 95a89711a27f within 2 min.")
    expect(end.told[0]?.hint).toContain("Did you mean 'nixosConfig web2'?")
    expect(scene.clock.now()).toBeGreaterThanOrEqual(2 * MINUTE)
    expect(scene.clock.now()).toBeLessThan(3 * MINUTE)
  })

  test('are missed for a commit that GitHub does not know', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.unknownCommits.add(SHA)
    const end = await scene.wait({ names: ['web'] })
    expect(end.told[0]?.hint).toBe(
      'GitHub knows no such commit: was it pushed? The commit has no checks at all.',
    )
  })

  test('are not those of another name that begins the same, nor of GitHub Actions, nor of all together', async () => {
    await using scene = await ChecksScene.at(github)
    const green = { sha: SHA, status: 'completed', conclusion: 'success' } as const
    github.state.addRun({ ...green, name: 'nixosConfig web2' })
    github.state.addRun({ ...green, name: WEB, app: 'github-actions' })
    github.state.addRun({ ...green, name: 'All Garnix checks' })
    const end = await scene.wait({ names: ['web'] })
    expect(end).toMatchObject({ kind: 'failed', problems: [{ kind: 'undiscovered', names: [WEB] }] })
  })

  test('of two Apps are none, until one is named', async () => {
    await using scene = await ChecksScene.at(github)
    const green = { sha: SHA, name: WEB, status: 'completed', conclusion: 'success' } as const
    github.state.addRun({ ...green, app: 'garnix-ci' })
    github.state.addRun({ ...green, app: 'Other-CI', conclusion: 'failure' })
    const end = await scene.wait({ names: ['web'] })
    expect(end.told[0]).toEqual({
      message: "2 Apps have checks of Garnix's names: garnix-ci, other-ci.",
      hint: "Which of them is the instance? Give its name as 'app-slug'.",
      log: '',
    })
    expect((await scene.wait({ names: ['web'], appSlug: 'Garnix-CI' })).kind).toBe('built')
  })

  test('of all pages are seen', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.push({
      sha: SHA,
      builds: [
        WEB,
        'nixosConfig db',
        ...Array.from({ length: 250 }, (_, at) => `package p${at} [x86_64-linux]`),
      ].map((name) => ({ name })),
    })
    scene.clock.advance(10 * MINUTE)
    const end = await scene.wait({ names: ['web', 'db', 'nope'] })
    expect(end).toMatchObject({ kind: 'failed', problems: [{ kind: 'absent', names: ['nixosConfig nope'] }] })
    expect(end.told[0]?.hint).toMatch(/and 224 more\.$/)
  })
})
