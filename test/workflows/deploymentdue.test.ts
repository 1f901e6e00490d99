/** deployment-due: when the tip of a branch is due, and when it is not. */
import { describe, expect, test } from '@jest/globals'
import { annotations, dueScene, TOKEN } from './duescene.ts'

const scene = dueScene()

describe('the tip is due', () => {
  test('where it was never deployed, which one line of the summary says', async () => {
    const earlier = scene.github.state.git.commits.get(scene.tip)?.parents[0] ?? ''
    scene.github.state.addDeployment(earlier, ['queued', 'in_progress', 'success'])
    const run = await scene.asked()
    expect(run).toMatchObject({
      code: 0,
      stderr: '',
      outputs: { due: 'true', reason: 'Due: it was never deployed there.' },
      summary: `Commit <code>${scene.tip}</code> of <code>main</code> to <code>production</code>. Due: it was never deployed there.\n`,
    })
    expect(scene.github.exchanges.map(({ authorization }) => authorization)).toEqual(
      scene.github.exchanges.map(() => `Bearer ${TOKEN}`),
    )
  })

  test('where it was deployed to another environment', async () => {
    scene.github.state.addDeployment(scene.tip, ['success'], 'staging')
    expect((await scene.asked()).outputs['due']).toBe('true')
  })

  test('on a branch whose name has slashes and signs', async () => {
    scene.github.state.setBranch('release/1.0#x?y', scene.tip)
    expect((await scene.asked({ branch: 'release/1.0#x?y' })).outputs['due']).toBe('true')
  })
})

describe('the tip is not due', () => {
  const quiet: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['it is deployed', ['queued', 'in_progress', 'success'], /^Not due: it is deployed\.$/],
    ['it was, and something else after it', ['in_progress', 'success', 'inactive'], /it is deployed/],
    ['somebody wrote a failure over the success', ['success', 'failure'], /it is deployed/],
    ['its deployment is queued', ['queued'], /is under way/],
    ['its deployment runs', ['queued', 'in_progress'], /is under way/],
    ['its deployment was made this moment', [], /is under way/],
    ['its deployment waits for an approval', ['waiting'], /waits for an approval/],
  ]

  test.each(quiet)('where %s', async (_, states, reason) => {
    scene.github.state.addDeployment(scene.tip, states)
    const run = await scene.asked()
    expect(run).toMatchObject({ code: 0, outputs: { due: 'false', reason: expect.stringMatching(reason) } })
    expect(annotations(run, 'notice')).toEqual([run.outputs['reason']])
  })

  test.each(['failure', 'error', 'inactive'])(
    'where its deployment ended as %s: a warning',
    async (state) => {
      scene.github.state.addDeployment(scene.tip, ['in_progress', state])
      const run = await scene.asked()
      expect(run).toMatchObject({ code: 0, outputs: { due: 'false' } })
      expect(annotations(run, 'warning')).toEqual([expect.stringContaining(`did not succeed (${state})`)])
    },
  )

  test('where an earlier deployment of it succeeded, and the newest failed: that is looked at', async () => {
    scene.github.state.addDeployment(scene.tip, ['success', 'inactive'])
    scene.github.state.addDeployment(scene.tip, ['failure'])
    expect(annotations(await scene.asked(), 'warning')).toHaveLength(1)
  })

  test('where the branch moved since the run began', async () => {
    const next = scene.github.state.push('main')
    const run = await scene.asked()
    expect(run.outputs).toEqual({ due: 'false', reason: expect.stringContaining(`moved to ${next}`) })
    expect(scene.github.exchanges).toHaveLength(1)
  })

  test('where the success stands on a later page of its statuses', async () => {
    scene.github.state.addDeployment(scene.tip, ['success', ...Array.from({ length: 150 }, () => 'inactive')])
    expect((await scene.asked()).outputs['reason']).toBe('Not due: it is deployed.')
    expect(
      scene.github.exchanges.map(({ path }) => path).filter((path) => path.includes('/statuses')),
    ).toHaveLength(2)
  })
})
