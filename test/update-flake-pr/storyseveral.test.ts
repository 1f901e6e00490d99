import { describe, expect, test } from '@jest/globals'
import { at, github, lockText } from './locks.ts'
import { stories } from './stories.ts'
import { BRANCH, LOCK } from './storyscene.ts'

const scene = stories()

describe('several flakes', () => {
  const NIX = lockText({ nixpkgs: 'nixpkgs' }, { nixpkgs: github('NixOS/nixpkgs/nixos-unstable', '0') })
  const pushNix = () => scene().push({ 'nix/flake.nix': '{ }\n', 'nix/flake.lock': NIX })

  test('are in one pull request', async () => {
    pushNix()
    const { outputs } = await scene().run({ flakes: '.\nnix', inputs: 'nixpkgs' })
    expect(outputs['status']).toBe('created')
    expect(scene().pull.title).toBe('flake.lock: update nixpkgs')
    expect(scene().revOn(BRANCH, 'nixpkgs', 'nix/flake.lock')).toBe('2')
    expect(scene().revOn(BRANCH, 'nixpkgs')).toBe('2')
  })

  test('of which one changes leave the other alone', async () => {
    pushNix()
    await scene().run({ flakes: '.\nnix', inputs: 'disko' })
    expect(scene().state.textAt(BRANCH, 'nix/flake.lock')).toBe(NIX)
  })
})

describe('one pull request for each input', () => {
  const GROUPED = { 'group-by': 'input' }

  test('changes that input alone', async () => {
    const { outputs } = await scene().run(GROUPED)
    expect(outputs).toMatchObject({ status: 'created', 'pull-request-number': '1' })
    expect(scene().pulls.map(({ title }) => title)).toEqual([
      'flake.lock: update disko',
      'flake.lock: update nixpkgs',
    ])
    expect(scene().revOn(`${BRANCH}/nixpkgs`, 'disko')).toBe('1')
    expect(JSON.parse(outputs['pull-requests'] ?? '')).toMatchObject([
      { number: 1, branch: `${BRANCH}/disko`, inputs: ['disko'] },
      { number: 2, branch: `${BRANCH}/nixpkgs`, inputs: ['nixpkgs'] },
    ])
  })

  test('is closed once its input is not updated any more', async () => {
    await scene().run(GROUPED)
    const { outputs } = await scene().run({ ...GROUPED, exclude: 'disko' })
    expect(outputs['status']).toBe('closed')
    expect(scene().pulls.map(({ state }) => state)).toEqual(['closed', 'open'])
    expect(scene().state.comments.at(-1)?.body).toBe('This input is not updated any more.')
  })

  test('that has commits of others is left even then', async () => {
    await scene().run(GROUPED)
    scene().state.push(`${BRANCH}/disko`, { files: { 'fix.nix': '{ }\n' } })
    const { outputs } = await scene().run({ ...GROUPED, exclude: 'disko' })
    expect(outputs['status']).toBe('kept')
    expect(scene().pulls.map(({ state }) => state)).toEqual(['open', 'open'])
  })

  test('closes none that somebody else has made beside it', async () => {
    const head = `${BRANCH}/mine`
    scene().state.setBranch(head, scene().state.branch('main'))
    const headSha = scene().state.push(head, { files: { 'flake.lock': lockText({}) } })
    scene().state.openPull({ head, headSha, author: 'bob', title: 'Mine' })
    await scene().run(GROUPED)
    expect(scene().pulls.map(({ state }) => state)).toEqual(['open', 'open', 'open'])
  })
})

test('workflows that are to run are started on the branch, and the pull request says so', async () => {
  scene().push({ '.github/workflows/ci.yml': 'on: workflow_dispatch' })
  const { error } = await scene().run({ 'dispatch-workflows': 'ci.yml' })
  expect(error).toBeUndefined()
  expect(scene().state.dispatches).toMatchObject([{ workflow: 'ci.yml', ref: BRANCH }])
  expect(scene().pull.body).toContain(
    'Started on its branch whenever this pull request is updated: <code>ci.yml</code>.',
  )
})

test('an input that moved without being asked is held back, and told', async () => {
  scene().nix.strays.add('disko')
  const { outputs } = await scene().run({ inputs: 'nixpkgs' })
  expect(outputs['status']).toBe('created')
  expect(scene().revOn(BRANCH, 'disko')).toBe('1')
  expect(scene().pull.body).toContain('Moved without being asked')
  expect(scene().checkedOut('flake.lock')).toBe(LOCK)
})

describe('a cooldown', () => {
  /** Its branch got commits so many days ago, and the lock has the first of them. */
  const pushedOn = (branch: string) => {
    const nixpkgs = scene().github.state.repository('NixOS/nixpkgs')
    const [first = '', aged, young] = [20, 10, 1].map((days) => {
      const oid = nixpkgs.push(branch)
      const ms = Date.UTC(2026, 0, 31, 12) - days * 86_400_000
      Object.assign(nixpkgs.activities.at(-1) ?? {}, { timestamp: new Date(ms).toISOString() })
      return oid
    })
    scene().push({ 'flake.lock': LOCK.replace('1'.repeat(40), first).replaceAll('nixos-unstable', branch) })
    scene().nix.newest.set('nixpkgs', { rev: young })
    return { aged }
  }

  test('lets an input move no further', async () => {
    const { aged } = pushedOn('nixos-unstable')
    const { outputs } = await scene().run({ inputs: 'nixpkgs', cooldown: '7d' })
    expect(outputs['status']).toBe('created')
    expect(scene().state.textAt(BRANCH, 'flake.lock')).toContain(aged)
    expect(scene().pull.body).toContain('Held by the cooldown')
  })

  test('that has become longer closes what it holds now', async () => {
    pushedOn('nixos-24.11')
    await scene().run({ inputs: 'nixpkgs', cooldown: '7d' })
    const { outputs } = await scene().run({ inputs: 'nixpkgs', cooldown: '365d' })
    expect(outputs['status']).toBe('closed')
    expect(scene().state.comments.at(-1)?.body).toBe(
      'Nothing is left to update before the end of the cooldown.',
    )
  })

  test('that nobody can tell about closes nothing', async () => {
    pushedOn('nixos-25.05')
    await scene().run({ inputs: 'nixpkgs', cooldown: '7d' })
    scene().github.disturb = ({ path }) =>
      path.includes('/activity') ? { status: 403, body: '{"message":"Resource not accessible"}' } : undefined
    const { error, outputs, summary } = await scene().run({ inputs: 'nixpkgs', cooldown: '7d' })
    expect([error, outputs['status'], scene().pull.state]).toEqual([undefined, 'kept', 'open'])
    expect(summary).toContain('what it proposes could not be looked up')
  })
})

test('what has more changes than an output takes is told in part', async () => {
  const many = Array.from({ length: 600 }, (_, index) => `input-${index}-${'x'.repeat(100)}`)
  const nodes = Object.fromEntries(many.map((name) => [name, github(`acme/${name}`, '1')]))
  scene().push({ 'flake.lock': lockText(Object.fromEntries(many.map((name) => [name, name])), nodes) })
  for (const name of many) scene().nix.newest.set(name, at('2'))
  const { outputs, log } = await scene().run()
  expect(outputs['changes']?.length).toBeLessThanOrEqual(100_000)
  expect(log.of('warning').join()).toMatch(/'changes' is too long for an output: \d+ are left out\./)
})
