/** The bundle as a process, and a GitHub that fails once at any request: the next run heals whatever came of it. */
import { expect, jest, test } from '@jest/globals'
import { errorsOf } from '../support/errors.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { BRANCH, bundleScene, JOB, lockAt, PERSONAL } from './bundlescene.ts'

jest.setTimeout(240_000)

const REFUSED = {
  status: 403,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: '{"message":"Resource not accessible by integration"}',
}

type Disturbance = ReturnType<FakeGitHub['disturb']>

/** What came of a run in which one request failed, and of another one after it; `undefined` if there was no such. */
async function disturbed(token: string, number: number, disturbance: Disturbance) {
  await using scene = await bundleScene()
  let failed: string | undefined
  scene.github.disturb = ({ method, path }, count) => {
    if (count !== number) return undefined
    failed = `${method} ${path}`
    return disturbance
  }
  const run = await scene.run({ token })
  if (failed === undefined) return undefined
  scene.github.disturb = () => undefined
  const left = scene.branches()
  const again = await scene.run({ token })
  return {
    ...{ failed, run, left, again, branches: scene.branches() },
    pulls: scene.state.pulls.map(({ state }) => state),
    lock: scene.state.textAt(BRANCH, 'flake.lock'),
  }
}

/** As many as there are, some at a time. */
async function allDisturbed(token: string, from: number, disturbance: Disturbance) {
  const all: NonNullable<Awaited<ReturnType<typeof disturbed>>>[] = []
  for (let first = from; all.length === first - from; first += 4) {
    const numbers = [0, 1, 2, 3].map((more) => first + more)
    const some = await Promise.all(numbers.map((number) => disturbed(token, number, disturbance)))
    all.push(...some.filter((one) => one !== undefined))
  }
  return all
}

test.each([
  { who: 'a job, cut off', token: JOB, from: 1, disturbance: 'cut' },
  // What comes before is the same.
  { who: 'a person, cut off', token: PERSONAL, from: 9, disturbance: 'cut' },
  { who: 'a job, refused', token: JOB, from: 1, disturbance: REFUSED },
] as const)('every request of $who, may fail', async ({ token, from, disturbance }) => {
  const all = await allDisturbed(token, from, disturbance)
  expect(all.length).toBeGreaterThanOrEqual(16 - from)
  for (const { failed, run, left, again, branches, pulls, lock } of all) {
    const isGreen = run.code === 0
    expect([failed, errorsOf(run).length, run.stderr]).toEqual([failed, isGreen ? 0 : 1, ''])
    // What passes is asked again.
    expect([failed, run.code]).toEqual([failed, disturbance === 'cut' ? 0 : run.code])
    expect([failed, left]).toEqual([failed, isGreen ? ['main', BRANCH] : ['main']])
    expect([failed, again.code, again.outputs['status']]).toEqual([
      failed,
      0,
      isGreen ? 'unchanged' : 'created',
    ])
    expect([failed, branches, pulls, lock]).toEqual([failed, ['main', BRANCH], ['open'], lockAt('2')])
  }
})

test('a GitHub that never lets a branch be made is waited for some seconds, then told of', async () => {
  await using scene = await bundleScene()
  scene.github.disturb = ({ method, path }) =>
    method === 'POST' && path.endsWith('/git/refs') ? { status: 502, body: '<html>' } : undefined
  const run = await scene.run()
  expect(errorsOf(run)).toEqual([
    expect.stringMatching(
      /^Could not create branch 'update-flake-lock'\. .*\(status 502\)\. .* the next run goes on/,
    ),
  ])
  expect(scene.branches()).toEqual(['main'])
})
