/** The bundle as a process: the life of a pull request, as the runner and GitHub see it. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { errorsOf } from '../support/errors.ts'
import { BRANCH, bundleScene, lockAt, PERSONAL, type BundleScene } from './bundlescene.ts'

jest.setTimeout(120_000)

const writes = (asked: readonly string[]) =>
  asked.filter((one) => !one.startsWith('GET ') && one !== 'POST /graphql')

/** When everything in a folder was changed last. */
function stampsOf(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.map((name) => `${name} ${statSync(join(folder, name), { bigint: true }).ctimeNs}`)
}

describe('a pull request', () => {
  test('is created, left as it is, updated and closed', async () => {
    await using scene = await bundleScene()
    const { state, workspace } = scene
    const before = stampsOf(workspace)
    const created = await scene.run()
    const [pull] = state.pulls
    expect(created).toMatchObject({ code: 0, stderr: '', outputs: { status: 'created' } })
    expect(created.outputs).toMatchObject({
      ...{ 'pull-request-number': '1', 'head-sha': pull?.headSha, 'commits-verified': 'true' },
      'pull-request-url': `${scene.github.url}/acme/infra/pull/1`,
    })
    expect(created.summary).toMatch(/^### ✅ Created: .*1.*<code>update-flake-lock<\/code>/)
    expect(state.textAt(BRANCH, 'flake.lock')).toBe(lockAt('2'))
    expect(stampsOf(workspace)).toEqual(before)

    scene.asked()
    const unchanged = await scene.run()
    expect(unchanged).toMatchObject({ code: 0, stderr: '', outputs: { status: 'unchanged' } })
    const asked = scene.asked()
    expect([writes(asked), asked.length <= 8]).toEqual([[], true])

    scene.lockBecomes(lockAt('3'))
    const updated = await scene.run()
    expect(updated).toMatchObject({ code: 0, stderr: '', outputs: { status: 'updated' } })
    expect(updated.outputs['pull-request-number']).toBe('1')
    expect(state.textAt(BRANCH, 'flake.lock')).toBe(lockAt('3'))

    scene.push({ 'flake.lock': lockAt('3') })
    const closed = await scene.run()
    expect(closed).toMatchObject({ code: 0, stderr: '', outputs: { status: 'closed' } })
    expect(state.pulls).toMatchObject([{ state: 'closed', isMerged: false }])
    expect(state.comments).toMatchObject([{ body: expect.stringMatching(/up to date/) }])
    expect(scene.branches()).toEqual(['main'])
  })

  test('of a personal token has a verified commit, and its scratch branch is gone', async () => {
    await using scene = await bundleScene()
    const { code, outputs } = await scene.run({ token: PERSONAL })
    expect({ code, verified: outputs['commits-verified'] }).toEqual({ code: 0, verified: 'true' })
    expect(scene.asked().filter((one) => one.includes('-scratch-'))).toHaveLength(2)
    expect(scene.branches()).toEqual(['main', BRANCH])
  })

  test('of several flakes has the locks of all of them', async () => {
    await using scene = await bundleScene()
    scene.push({ 'nix/dev/flake.nix': '{ }\n', 'nix/dev/flake.lock': lockAt('1') })
    const { code, outputs } = await scene.run({ flakes: '.\nnix/dev' })
    const changes = JSON.parse(outputs['changes'] ?? '') as { flake: string; path: string }[]
    expect([code, ...new Set(changes.map(({ flake }) => flake))]).toEqual([0, '.', 'nix/dev'])
    for (const path of ['flake.lock', 'nix/dev/flake.lock'])
      expect(scene.state.textAt(BRANCH, path)).toBe(lockAt('2'))
    expect(scene.state.pulls).toHaveLength(1)
  })

  test('of an Enterprise server links there, and says what starts its workflows there', async () => {
    await using scene = await bundleScene()
    const lock = (digit: string) => lockAt(digit).replaceAll('"owner":', '"host":"ghes.example","owner":')
    scene.push({ 'flake.lock': lock('1') })
    scene.lockBecomes(lock('2'))
    const run = await scene.run({}, { GITHUB_SERVER_URL: 'https://ghes.example' })
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const { body = '' } = scene.state.pulls[0] ?? {}
    expect(body).toContain('https://ghes.example/acme/nixpkgs/compare/')
    expect(body).toContain('close it and open it again to start them')
    for (const text of [body, run.summary]) expect(text).not.toMatch(/github\.com/)
  })
})

test('with one pull request for each input there are as many', async () => {
  await using scene = await bundleScene()
  scene.nix(ONE_BY_ONE)
  const { code, outputs } = await scene.run({ 'group-by': 'input' })
  expect(code).toBe(0)
  expect(JSON.parse(outputs['pull-requests'] ?? '')).toMatchObject([
    { number: 1, branch: `${BRANCH}/disko`, inputs: ['disko'] },
    { number: 2, branch: `${BRANCH}/nixpkgs`, inputs: ['nixpkgs'] },
  ])
  const titles = scene.state.pulls.map(({ title }) => title)
  expect(titles).toEqual(['flake.lock: update disko', 'flake.lock: update nixpkgs'])
})

/** Moves the inputs that are named. */
const ONE_BY_ONE = `exec node -e 'const { readFileSync, writeFileSync } = require("node:fs")
const [out, ...names] = process.argv.slice(1)
const lock = JSON.parse(readFileSync("flake.lock", "utf8"))
for (const name of names) if (name in lock.nodes) lock.nodes[name].locked.rev = "2".repeat(40)
writeFileSync(out, JSON.stringify(lock))' "$out" "$@"`

test('a dry run writes nothing, and its summary has what it would have said', async () => {
  await using scene = await bundleScene()
  const run = await scene.run({ 'dry-run': 'true' })
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'dry-run' } })
  expect(writes(scene.asked())).toEqual([])
  expect(run.summary).toContain('What the pull request would say')
  expect(scene.branches()).toEqual(['main'])
})

describe('somebody else', () => {
  /** Once this action has looked, somebody pushes to the branch of its pull request. */
  function pushing({ github, state }: BundleScene, when: RegExp): void {
    let isDone = false
    github.catchUp = () => {
      const { method = '', path = '' } = github.exchanges.at(-1) ?? {}
      if (isDone || !when.test(`${method} ${path}`)) return
      isDone = true
      state.push(BRANCH, { files: { 'README.md': 'By hand\n' } })
    }
  }

  test.each([
    ['while the lock is looked at', /GET .*\/compare\//],
    ['while the commit is made', /POST .*\/git\/trees/],
  ])('who pushes %s keeps the commit', async (_, when) => {
    await using scene = await bundleScene()
    await scene.run()
    scene.lockBecomes(lockAt('3'))
    pushing(scene, when)
    const run = await scene.run()
    expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'kept' } })
    expect(scene.state.textAt(BRANCH, 'README.md')).toBe('By hand\n')
    expect(scene.state.pulls).toMatchObject([{ state: 'open' }])
    scene.github.catchUp = () => undefined
    expect((await scene.run()).outputs['status']).toBe('kept')
    expect((await scene.run({ 'on-edited': 'overwrite' })).outputs['status']).toBe('updated')
    expect(scene.state.textAt(BRANCH, 'README.md')).toBeUndefined()
  })
})

test('a summary that cannot be written changes nothing, outputs that cannot are said', async () => {
  await using scene = await bundleScene()
  const nowhere = join(scene.folder, 'nowhere/file')
  const green = await scene.run({}, { GITHUB_STEP_SUMMARY: nowhere })
  expect([green.code, green.log]).toEqual([
    0,
    expect.stringContaining('::warning::The job summary could not'),
  ])
  const red = await scene.run({}, { GITHUB_OUTPUT: nowhere })
  expect([red.code, ...errorsOf(red)]).toEqual([
    1,
    expect.stringContaining('The outputs could not be written'),
  ])
})
