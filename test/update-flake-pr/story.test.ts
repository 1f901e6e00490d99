import { describe, expect, test } from '@jest/globals'
import { at } from './locks.ts'
import { stories } from './stories.ts'
import { APP, BRANCH, JOB, LOCK, PERSONAL } from './storyscene.ts'

const scene = stories()

describe('an update', () => {
  test('is proposed in one pull request, with a commit of the lock alone', async () => {
    const { error, outputs } = await scene().run()
    expect(error).toBeUndefined()
    expect(outputs).toMatchObject({
      ...{ status: 'created', 'pull-request-number': '1', 'commits-verified': 'true' },
      'head-sha': scene().state.branch(BRANCH),
    })
    expect(scene().pull).toMatchObject({ title: 'flake.lock: update disko and nixpkgs', state: 'open' })
    expect([scene().revOn(BRANCH, 'nixpkgs'), scene().revOn(BRANCH, 'disko')]).toEqual(['2', '2'])
    expect(scene().state.textAt(BRANCH, 'README.md')).toBe('Hello\n')
  })

  test('leaves the checkout as it is', async () => {
    await scene().run()
    expect(scene().checkedOut('flake.lock')).toBe(LOCK)
  })

  test('is told to outputs, summary and log', async () => {
    const { outputs, summary, log } = await scene().run()
    expect(JSON.parse(outputs['changes'] ?? '')).toMatchObject([
      { flake: '.', path: 'disko', kind: 'updated', from: '1'.repeat(40), to: '2'.repeat(40) },
      { flake: '.', path: 'nixpkgs', kind: 'updated' },
    ])
    expect(JSON.parse(outputs['pull-requests'] ?? '')).toMatchObject([
      { status: 'created', number: 1, branch: BRANCH, inputs: [] },
    ])
    expect(summary).toMatch(/^### ✅ Created: .*\/pull\/1/)
    expect(log.of('info')).toContainEqual(expect.stringMatching(/^Opened #1: flake\.lock: update/))
  })

  test.each([
    ['a job', JOB],
    ['an App', APP],
    ['a person', PERSONAL],
  ])('is verified with the token of %s', async (_, token) => {
    const { outputs } = await scene().run({ token })
    expect(outputs).toMatchObject({ status: 'created', 'commits-verified': 'true' })
    expect([...scene().state.refs.keys()]).toEqual(['refs/heads/main', `refs/heads/${BRANCH}`])
  })

  test('is signed off by whoever the token belongs to', async () => {
    await scene().run({ token: PERSONAL, 'sign-off': 'true' })
    expect(scene().state.resolve(BRANCH)?.message).toMatch(
      /\n\nSigned-off-by: alice <.*alice@users\.noreply\.github\.com>$/,
    )
  })

  test('of chosen inputs leaves the others', async () => {
    const { outputs } = await scene().run({ inputs: 'nix*', exclude: 'dis?o' })
    expect(outputs['status']).toBe('created')
    expect([scene().revOn(BRANCH, 'nixpkgs'), scene().revOn(BRANCH, 'disko')]).toEqual(['2', '1'])
  })

  test('is merged by GitHub once its checks are green, where that is asked for', async () => {
    scene().state.settings.mayAutoMerge = true
    scene().state.addRule({ type: 'required_status_checks' })
    const { error, log } = await scene().run({ 'auto-merge': 'squash' })
    expect(error).toBeUndefined()
    expect(scene().pull.autoMerge?.method).toBe('SQUASH')
    expect(log.of('warning').join()).toContain('workflow')
  })

  test('goes with the pull request to another base', async () => {
    await scene().run()
    scene().state.setBranch('next', scene().state.branch('main'))
    expect((await scene().run({ base: 'next' })).outputs['status']).toBe('updated')
    expect(scene().pull.base).toBe('next')
  })

  test('that there is none of is no pull request', async () => {
    scene().nix.newest.clear()
    const { error, outputs, asked } = await scene().run()
    expect(error).toBeUndefined()
    expect(outputs).toEqual({ status: 'up-to-date', 'pull-requests': '[]', changes: '[]' })
    expect(asked.length).toBeLessThanOrEqual(8)
    expect(scene().pulls).toEqual([])
  })
})

describe("other people's commits", () => {
  const edit = () => scene().state.push(BRANCH, { files: { 'fix.nix': '{ }\n' }, author: 'bob' })

  test('are kept', async () => {
    await scene().run()
    const head = edit()
    scene().nix.newest.set('nixpkgs', at('3'))
    const { error, outputs, log } = await scene().run()
    expect(error).toBeUndefined()
    expect(outputs).toMatchObject({ status: 'kept', 'head-sha': head })
    expect(log.of('info').join()).toContain("#1 is left as it is, for 'on-edited' is 'keep': ")
    expect(scene().state.branch(BRANCH)).toBe(head)
  })

  test('are no reason to leave a branch whose pull request was merged', async () => {
    await scene().run()
    const headSha = edit()
    const merged = { 'flake.lock': scene().state.textAt(BRANCH, 'flake.lock') ?? '', 'fix.nix': '{ }\n' }
    const closed = { state: 'closed', closedBy: 'bob', closedAt: '2026-01-31T12:00:00Z' }
    Object.assign(scene().pull, { ...closed, isMerged: true, headSha })
    scene().push(merged)
    scene().nix.newest.set('nixpkgs', at('3'))
    const { outputs } = await scene().run()
    expect(outputs).toMatchObject({ status: 'created', 'pull-request-number': '2' })
    expect(scene().revOn(BRANCH, 'nixpkgs')).toBe('3')
  })

  test('are kept on a pull request that is obsolete', async () => {
    await scene().run()
    edit()
    scene().nix.newest.clear()
    const { outputs } = await scene().run()
    expect(outputs['status']).toBe('kept')
    expect(scene().pull.state).toBe('open')
  })

  test('are overwritten where that is asked for', async () => {
    await scene().run()
    edit()
    const { outputs } = await scene().run({ 'on-edited': 'overwrite' })
    expect(outputs['status']).toBe('updated')
    expect(scene().state.textAt(BRANCH, 'fix.nix')).toBeUndefined()
  })

  test('that come between reading and writing are kept', async () => {
    await scene().run()
    scene().nix.newest.set('nixpkgs', at('3'))
    let head: string | undefined
    scene().before = (route) => {
      if (route.includes('/git/commits') && head === undefined) head = edit()
    }
    const { outputs } = await scene().run()
    expect(outputs['status']).toBe('kept')
    expect(scene().state.branch(BRANCH)).toBe(head)
  })
})
