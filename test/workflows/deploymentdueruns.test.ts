/** deployment-due: a tip that was never deployed, and what became of the runs that were to do it. */
import { describe, expect, test } from '@jest/globals'
import { verdictOnRuns } from '../../.github/actions/deployment-due/due.ts'
import { annotations, dueScene } from './duescene.ts'

const PUSH = { event: 'push', status: 'completed', conclusion: 'failure' } as const

describe('the verdict on runs', () => {
  const runOf = (given: object) => ({ id: 1, address: 'https://github.example/runs/1', ...PUSH, ...given })
  const cases: readonly (readonly [string, readonly object[], string | undefined])[] = [
    ['there are none', [], undefined],
    ['they found nothing to do', [{ event: 'schedule', conclusion: 'success' }], undefined],
    ['nothing in them ran', [{ conclusion: 'skipped' }], undefined],
    ['one by hand failed: who knows for what commit', [{ event: 'workflow_dispatch' }], undefined],
    ['one by hand runs', [{ event: 'workflow_dispatch', status: 'in_progress' }], undefined],
    ['one failed', [{}], 'did not succeed (failure)'],
    ['one took too long', [{ conclusion: 'timed_out' }], 'did not succeed (timed_out)'],
    ['it could not start', [{ conclusion: 'startup_failure' }], 'did not succeed (startup_failure)'],
    ['one by the clock failed', [{ event: 'schedule' }], 'did not succeed (failure)'],
    ['one was canceled', [{ conclusion: 'cancelled' }], 'was canceled and is not repeated'],
    ['one failed before others that found it so', [{ conclusion: 'success' }, {}], 'did not succeed'],
    ['one waits for its CI', [{ status: 'in_progress', conclusion: '' }], 'is under way'],
    ['one waits for an approval', [{ status: 'waiting', conclusion: '' }], 'is under way'],
    ['one that failed runs again', [{}, { status: 'queued', conclusion: '' }], 'is under way'],
  ]

  test.each(cases)('where %s', (_, runs, reason) => {
    const verdict = verdictOnRuns(runs.map(runOf))
    const concern = reason === 'is under way' ? {} : { concern: true }
    const no = { isDue: false, reason: expect.stringContaining(reason ?? ''), ...concern }
    expect(verdict).toEqual(reason === undefined ? undefined : no)
  })
})

describe('a tip that was never deployed', () => {
  const scene = dueScene()

  test('is not waited for again where its run failed: a warning that says which and what to do', async () => {
    const { id } = scene.github.state.addWorkflowRun({ ...PUSH, sha: scene.tip })
    const run = await scene.asked()
    const address = `https://github.com/acme/infra/actions/runs/${id}`
    const reason = `Not due: a run for it did not succeed (failure) and is not repeated every hour, ${address}: look at it, then re-run it, start one by hand or push.`
    expect(run).toMatchObject({ code: 0, outputs: { due: 'false', reason } })
    expect(annotations(run, 'warning')).toEqual([reason])
  })

  test('is not started beside a run that is under way, which is no concern', async () => {
    scene.github.state.addWorkflowRun({ sha: scene.tip, event: 'push' })
    const run = await scene.asked()
    expect(run.outputs).toEqual({ due: 'false', reason: expect.stringContaining('is under way') })
    expect(annotations(run, 'notice')).toHaveLength(1)
  })

  test('is due whatever became of other workflows, commits, branches and later runs', async () => {
    const { state } = scene.github
    state.addWorkflowRun({ ...PUSH, sha: scene.tip, workflow: 2 })
    state.addWorkflowRun({ ...PUSH, sha: scene.tip, branch: 'staging' })
    state.addWorkflowRun({ ...PUSH, sha: state.git.commits.get(scene.tip)?.parents[0] ?? '' })
    state.addWorkflowRun({ ...PUSH, sha: scene.tip, id: Number.MAX_SAFE_INTEGER })
    expect((await scene.asked()).outputs['due']).toBe('true')
    expect((await scene.asked()).outputs['due']).toBe('true')
  })

  test('is left alone for as long as GitHub lists the run that failed', async () => {
    const { state } = scene.github
    const found = { sha: scene.tip, event: 'schedule', status: 'completed', conclusion: 'success' } as const
    state.addWorkflowRun({ ...PUSH, sha: scene.tip })
    for (let hour = 0; hour < 150; hour++) state.addWorkflowRun(found)
    expect((await scene.asked()).outputs['due']).toBe('false')
    expect(scene.github.exchanges.filter(({ path }) => path.includes('/workflows/'))).toHaveLength(2)
    for (let hour = 0; hour < 1_000; hour++) state.addWorkflowRun(found)
    expect((await scene.asked()).outputs['due']).toBe('true')
  })

  test('is not due where it is deployed, whatever became of its runs, which nobody is asked about', async () => {
    scene.github.state.addWorkflowRun({ ...PUSH, sha: scene.tip })
    scene.github.state.addDeployment(scene.tip, ['success'])
    expect((await scene.asked()).outputs['reason']).toBe('Not due: it is deployed.')
    expect(scene.github.exchanges.filter(({ path }) => path.includes('/actions/'))).toEqual([])
  })
})
