import { describe, expect, test } from '@jest/globals'
import { newestOf, readRuns, readStatuses, type CheckRun } from '../../actions/garnix-wait/checkruns.ts'
import { EVALUATION, garnixVerdict } from '../../actions/garnix-wait/garnixverdict.ts'

const RUN = { id: 7, name: 'build', status: 'in_progress', app: { slug: 'Garnix-CI' } }
const page = (...check_runs: readonly unknown[]) => ({ total_count: check_runs.length, check_runs })
const read = (fields: object) => readRuns(page({ ...RUN, ...fields }))?.items[0]

describe('a page of check runs', () => {
  test.each<unknown>([
    undefined,
    null,
    'text',
    [],
    {},
    { check_runs: [] },
    { total_count: 1, check_runs: {} },
  ])('is not %j', (data) => {
    expect(readRuns(data)).toBeUndefined()
  })

  test('has only those that are ones', () => {
    const odd = [null, 7, 'x', {}, { ...RUN, id: '7' }, { ...RUN, name: '' }, { ...RUN, status: 1 }]
    expect(readRuns(page(...odd, RUN))).toEqual({ total: 8, size: 8, items: [read({})] })
  })

  test('shows what is known of each', () => {
    expect(read({})).toEqual({
      id: 7,
      name: 'build',
      app: 'garnix-ci',
      state: 'running',
      word: 'in_progress',
      url: undefined,
      startedAt: '',
      completedAt: '',
      text: '',
    })
    expect(read({ app: null })?.app).toBe('')
    expect(read({ output: { text: 'words' } })?.text).toBe('words')
  })

  test.each([
    ['success', 'succeeded', 'success'],
    ['skipped', 'failed', 'skipped'],
    ['neutral', 'failed', 'neutral'],
    ['action_required', 'failed', 'action_required'],
    [null, 'failed', 'completed'],
  ])('ends with %s', (conclusion, state, word) => {
    expect(read({ status: 'completed', conclusion })).toMatchObject({ state, word })
  })

  test.each(['queued', 'waiting', 'requested', 'pending', 'whatever'])('runs while it is %s', (status) => {
    expect(read({ status })).toMatchObject({ state: 'running', word: status })
  })

  test('links to web addresses alone', () => {
    expect(read({ details_url: 'https://ci.example/1' })?.url).toBe('https://ci.example/1')
    expect(read({ details_url: 'javascript:alert(1)', html_url: 'http://github.example/' })?.url).toBe(
      'http://github.example/',
    )
    expect(read({ details_url: 7 })?.url).toBeUndefined()
  })
})

describe('a page of commit statuses', () => {
  const status = { id: 3, context: 'ci', state: 'pending', updated_at: '2026-01-31T12:00:00Z' }
  const statuses = (...some: readonly unknown[]) => readStatuses({ total_count: 1, statuses: some })?.items

  test('has only those that are ones', () => {
    expect(readStatuses(page())).toBeUndefined()
    expect(statuses({ ...status, id: null }, { ...status, context: '' }, { ...status, state: 0 })).toEqual([])
  })

  test('shows how each ended, and when', () => {
    expect(statuses(status)).toMatchObject([{ state: 'running', completedAt: '', app: '' }])
    expect(statuses({ ...status, state: 'success' })).toMatchObject([
      { state: 'succeeded', completedAt: '2026-01-31T12:00:00Z' },
    ])
  })
})

test('the newest run is the one with the highest number, in whatever order they come', () => {
  const runs = [3, 9, 4].map((id) => ({ id }) as CheckRun)
  expect(newestOf(runs)?.id).toBe(9)
  expect(newestOf([])).toBeUndefined()
})

describe('an evaluation', () => {
  const run = (id: number, name: string, state: CheckRun['state']) =>
    ({ id, name, state, app: 'garnix-ci', word: state }) as CheckRun
  const verdict = (...runs: readonly CheckRun[]) =>
    garnixVerdict({ names: ['nixosConfig a', 'nixosConfig b'], runs, appSlug: undefined, isConfirmed: false })

  test('that still runs does not put off the failure of a build it has made', () => {
    const running = run(1, EVALUATION, 'running')
    expect(verdict(running, run(2, 'nixosConfig a', 'failed')).kind).toBe('failed')
    const done = run(1, EVALUATION, 'succeeded')
    expect(verdict(done, run(2, 'nixosConfig a', 'failed'), run(3, 'nixosConfig b', 'running')).kind).toBe(
      'failed',
    )
    expect(verdict(run(3, EVALUATION, 'running'), run(2, 'nixosConfig a', 'failed')).kind).toBe('waiting')
  })

  test('that failed does not hide a build that failed before it, nor stop one that runs', () => {
    const failed = run(5, EVALUATION, 'failed')
    expect(
      verdict(failed, run(2, 'nixosConfig a', 'failed'), run(3, 'nixosConfig b', 'running')),
    ).toMatchObject({
      kind: 'failed',
      problems: [{ kind: 'check', run: { name: 'nixosConfig a' } }],
    })
    expect(verdict(failed, run(2, 'nixosConfig a', 'running'), run(3, 'nixosConfig b', 'running')).kind).toBe(
      'waiting',
    )
  })
})
