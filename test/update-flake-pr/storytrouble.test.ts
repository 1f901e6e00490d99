import { describe, expect, test } from '@jest/globals'
import { lockText } from './locks.ts'
import { stories } from './stories.ts'
import { BRANCH } from './storyscene.ts'

const scene = stories()

describe('an input that cannot be updated', () => {
  const breakDisko = () => scene().nix.broken.set('disko', "unable to download 'https://x': HTTP error 404")

  test('does not stop the others, and ends red', async () => {
    breakDisko()
    const { error, outputs, summary } = await scene().run()
    expect(error?.message).toMatch(
      /^An input could not be updated; the pull request has the others:\ndisko \(\.\): /,
    )
    expect(outputs).toMatchObject({ status: 'created', 'pull-request-number': '1' })
    expect(scene().revOn(BRANCH, 'nixpkgs')).toBe('2')
    for (const words of [summary, scene().pull.body]) expect(words).toContain('Could not be updated')
  })

  test('means that nothing is proposed, where that is asked for', async () => {
    breakDisko()
    const { error, outputs } = await scene().run({ 'on-input-error': 'fail' })
    expect(error?.message).toMatch(/^An input could not be updated; nothing is proposed:\ndisko/)
    expect(outputs['status']).toBe('failed')
    expect(scene().pulls).toEqual([])
  })

  test('does not close the pull request that proposes it', async () => {
    await scene().run({ inputs: 'disko' })
    breakDisko()
    const { error, outputs, log } = await scene().run({ inputs: 'disko' })
    expect(error?.message).toMatch(/^An input could not be updated; /)
    expect(outputs['status']).toBe('kept')
    expect(log.of('info').join()).toContain('#1 is left as it is: what it proposes could not be looked up.')
    expect(scene().pull.state).toBe('open')
  })

  test('makes several sentences where there are several', async () => {
    breakDisko()
    scene().nix.broken.set('nixpkgs', 'gone')
    const { error } = await scene().run()
    expect(error?.message).toMatch(/^2 inputs could not be updated; nothing is proposed:\n.*\n.*$/)
  })
})

describe('what is wrong is told before anything is touched', () => {
  test.each([
    ['an input', { branch: 'a..b' }, /^Bad input: 'branch' is 'a\.\.b'/],
    ['a flake that is not there', { flakes: 'web' }, /^The checkout has no web\/flake\.nix/],
    ['a name that no flake has', { inputs: 'nixpgs' }, /'inputs' names 'nixpgs'/],
    ['a branch that is not there', { base: 'release' }, /release/],
    ['the base as branch', { branch: 'main' }, /^'branch' is 'main', the branch that is proposed to/],
    ['auto-merge that is not allowed', { 'auto-merge': 'squash' }, /does not allow auto-merge/],
    ['teams for a job', { 'team-reviewers': 'ops' }, /^'team-reviewers' is ops: GITHUB_TOKEN cannot see/],
  ])('%s', async (_, given, words) => {
    const { error, outputs, summary, asked } = await scene().run(given)
    expect(error?.message).toMatch(words)
    expect(outputs['status']).toBe('failed')
    expect(summary).toContain('### ❌')
    expect(asked.every((route) => route.startsWith('GET ') || route === 'POST /graphql')).toBe(true)
    expect(scene().nix.locks).toBe(0)
  })

  test('a method of merging that is not allowed', async () => {
    Object.assign(scene().state.settings, {
      mayAutoMerge: true,
      mayMerge: { MERGE: true, SQUASH: false, REBASE: false },
    })
    const { error } = await scene().run({ 'auto-merge': 'squash' })
    expect(error?.message).toBe("'auto-merge' is 'squash', and the repository allows only: merge.")
  })

  test('a checkout of something else', async () => {
    scene().state.push('main', { files: { 'flake.lock': lockText({}) } })
    const { error } = await scene().run()
    expect(error?.message).toContain('flake.lock')
    expect(scene().nix.locks).toBe(0)
  })
})

describe('what is left undone', () => {
  test('ends red, and the pull request is there', async () => {
    const { error, outputs, log } = await scene().run({ reviewers: 'nobody' })
    expect(error?.message).toMatch(/^Not everything was done: .*nobody/)
    expect(outputs).toMatchObject({ status: 'failed', 'pull-request-number': '1' })
    expect(log.of('error').join()).toContain('nobody')
    expect(scene().pull.state).toBe('open')
  })

  test('ends red too where an obsolete one is closed without a word', async () => {
    await scene().run()
    scene().nix.newest.clear()
    scene().github.disturb = ({ path }) =>
      path.endsWith('/comments') ? { status: 403, body: '{"message":"Forbidden"}' } : undefined
    const { error, outputs } = await scene().run()
    expect(error?.message).toMatch(/^Not everything was done: .*is closed without a word\./)
    expect(outputs['status']).toBe('failed')
    expect(scene().pull.state).toBe('closed')
  })

  test('is seen to by the next run where this one was killed', async () => {
    scene().before = (route) => {
      if (route.endsWith('/labels')) throw new TypeError('killed')
    }
    await expect(scene().run({ labels: 'flake' })).rejects.toThrow('killed')
    scene().before = () => undefined
    const { error, outputs } = await scene().run({ labels: 'flake' })
    expect(error).toBeUndefined()
    expect(outputs['status']).toBe('updated')
    expect([...scene().pull.labels]).toEqual(['flake'])
    expect((await scene().run({ labels: 'flake' })).outputs['status']).toBe('unchanged')
  })

  test('is tried again by the next run, without a new commit', async () => {
    await scene().run({ reviewers: 'nobody\nalice' })
    const head = scene().state.branch(BRANCH)
    expect((await scene().run({ reviewers: 'nobody' })).error?.message).toMatch(/^Not everything was done/)
    scene().state.collaborators.add('nobody')
    const { error, outputs } = await scene().run({ reviewers: 'nobody' })
    expect(error).toBeUndefined()
    expect(outputs).toMatchObject({ status: 'updated', 'head-sha': head })
    expect([...scene().pull.reviewers]).toEqual(['alice', 'nobody'])
    expect((await scene().run({ reviewers: 'nobody' })).outputs['status']).toBe('unchanged')
  })
})

test('what could not be proposed is told to outputs and summary all the same', async () => {
  scene().state.settings.mayActionsOpenPulls = false
  const { error, outputs, summary, log } = await scene().run()
  expect(error?.message).toMatch(/^GitHub refused to create a pull request/)
  expect(outputs).toMatchObject({ status: 'failed', 'pull-requests': '[]' })
  expect(JSON.parse(outputs['changes'] ?? '')).toMatchObject([{ path: 'disko' }, { path: 'nixpkgs' }])
  expect(summary).toContain('nixos-unstable')
  expect(log.of('error')).toEqual([])
})

test('a run that is canceled says so', async () => {
  scene().before = () => {
    scene().canceling.abort(new Error('SIGTERM'))
  }
  const { error, outputs, summary } = await scene().run()
  expect(error?.message).toBe('The run was canceled.')
  expect(outputs['status']).toBe('failed')
  expect(summary).toContain('The run was canceled.')
})

test('a bug is thrown on once all has been told', async () => {
  scene().before = (route) => {
    if (route.endsWith('/git/trees')) throw new TypeError('x is not a function')
  }
  await expect(scene().run()).rejects.toThrow('x is not a function')
})
