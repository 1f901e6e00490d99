import { describe, expect, test } from '@jest/globals'
import { githubRequest } from '../../actions/shared/adapters/github.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { GitHubClient } from '../../actions/shared/github.ts'
import { CheckTexts, followTexts } from '../../actions/garnix-wait/checktexts.ts'
import { ChecksReader } from '../../actions/garnix-wait/checksreader.ts'
import type { CheckRun } from '../../actions/garnix-wait/checkruns.ts'
import { ChecksScene, SHA } from '../support/checks.ts'
import { countingRandom, FakeClock } from '../support/fakes.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'

let github: FakeGitHub

withSharedGitHub((shared) => {
  github = shared
})

const WEB = 'nixosConfig web'
const MINUTE = 60_000
const green = { sha: SHA, name: WEB, status: 'completed', conclusion: 'success', text: 'built' } as const

function following({ clock, log }: ChecksScene) {
  const client = new GitHubClient({ github: githubRequest('secret'), clock, log, random: countingRandom() })
  const reader = new ChecksReader(client, { owner: 'acme', repo: 'infra', sha: SHA })
  return { texts: new CheckTexts(clock), names: [WEB], reader, clock, log }
}

const patience = ({ clock }: ChecksScene, ms: number, signal = new AbortController().signal) => ({
  deadline: deadlineIn(clock, ms),
  signal,
})

describe('the text of a green check', () => {
  test('is read until nothing more comes', async () => {
    await using scene = await ChecksScene.at(github)
    scene.garnix.rerun(
      { name: WEB, ms: 0, uploads: { paths: ['/nix/store/a-x', '/nix/store/b-y'], everyMs: 4 * MINUTE - 1 } },
      { sha: SHA },
    )
    const follow = following(scene)
    await followTexts(follow, patience(scene, 60 * MINUTE))
    // Four minutes of silence were too many for the second line.
    expect(follow.texts.of(WEB)).toMatchObject({ isSettled: true })
    expect(follow.texts.of(WEB)?.text).not.toContain('b-y')
    expect(scene.clock.now()).toBe(2.5 * MINUTE)
  })

  test('is read on whenever something comes', async () => {
    await using scene = await ChecksScene.at(github)
    const uploads = { paths: ['/nix/store/a-x', '/nix/store/b-y', '/nix/store/c-z'], everyMs: MINUTE }
    scene.garnix.rerun({ name: WEB, ms: 0, uploads }, { sha: SHA })
    const follow = following(scene)
    await followTexts(follow, patience(scene, 60 * MINUTE))
    expect(follow.texts.of(WEB)?.text).toContain('Uploaded /nix/store/c-z to the garnix binary cache.')
    expect(scene.clock.now()).toBe(5 * MINUTE)
  })

  test('is read no longer than there is time', async () => {
    await using scene = await ChecksScene.at(github)
    await followTexts(following(scene), patience(scene, 10 * MINUTE))
    expect(scene.clock.now()).toBeLessThanOrEqual(10 * MINUTE)
    expect(scene.clock.now()).toBeGreaterThanOrEqual(9 * MINUTE)
  })

  test('is given up where GitHub refuses it, which harms nobody', async () => {
    await using scene = await ChecksScene.at(github)
    github.disturb = () => ({ status: 404 })
    await followTexts(following(scene), patience(scene, 10 * MINUTE))
    expect(scene.log.of('info')).toEqual([
      expect.stringMatching(/^What Garnix writes into its checks is not read on: GitHub does not have/),
    ])
  })

  test('is read no more when nobody waits, and a bug is one', async () => {
    await using scene = await ChecksScene.at(github)
    github.state.addRun(green)
    const giveUp = new AbortController()
    const waiting = followTexts(following(scene), patience(scene, MINUTE, giveUp.signal))
    giveUp.abort(new Error('the closure is complete'))
    await expect(waiting).rejects.toThrow('the closure is complete')
    const broken = { ...following(scene), reader: {} as unknown as ChecksReader }
    await expect(followTexts(broken, patience(scene, MINUTE))).rejects.toThrow(TypeError)
  })
})

test('of several runs the newest success counts, else the newest', () => {
  const clock = new FakeClock()
  const texts = new CheckTexts(clock)
  const run = (id: number, state: CheckRun['state']) =>
    ({ id, name: WEB, app: 'garnix-ci', state, text: `text ${id}` }) as CheckRun
  expect(texts.of(WEB)).toBeUndefined()
  texts.note([run(1, 'failed'), run(2, 'running')])
  clock.advance(10 * MINUTE)
  expect(texts.of(WEB)).toEqual({ text: 'text 2', isSettled: false })
  texts.note([run(3, 'succeeded'), run(4, 'succeeded'), run(5, 'failed')])
  expect(texts.of(WEB)).toEqual({ text: 'text 4', isSettled: false })
  clock.advance(2 * MINUTE)
  expect(texts.of(WEB)).toEqual({ text: 'text 4', isSettled: true })
  texts.note([{ ...run(4, 'succeeded'), text: 'more' }])
  expect(texts.of(WEB)).toEqual({ text: 'more', isSettled: false })
  texts.note([{ ...run(6, 'succeeded'), app: 'another' }])
  expect(texts.of(WEB)?.text).toBe('more')
})
