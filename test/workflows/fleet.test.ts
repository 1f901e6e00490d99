/** deploy-fleet.yml: which stage is started after what. The conditions are GitHub's to evaluate, and its evaluator does. */
import { describe, expect, test } from '@jest/globals'
import { type Result, resultsOf, type Situation } from './running.ts'
import { job, needsOf, workflow } from './workflows.ts'

const FLEET = workflow('deploy-fleet.yml')
const STAGES = ['canary', 'stage-1', 'stage-2', 'stage-3', 'stage-4']
const HOSTS = '[{"name":"web-1"}]'

/** `empty`: the stages without hosts. */
function ran({ empty = [], ...situation }: Partial<Situation> & { empty?: readonly string[] }) {
  const lists = Object.fromEntries(STAGES.map((stage) => [stage, empty.includes(stage) ? '[]' : HOSTS]))
  return resultsOf(FLEET, {
    ends: {},
    contexts: { inputs: { record: 'false' } },
    outputs: { plan: { ...lists, configurations: 'web-1' }, wait: { sha: 'f'.repeat(40) } },
    ...situation,
  })
}

/** All lists of one item of each choice. */
function combinations<T>(choices: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return choices.reduce<readonly (readonly T[])[]>(
    (made, options) => made.flatMap((list) => options.map((option) => [...list, option])),
    [[]],
  )
}

test('every stage needs all that came before', () => {
  STAGES.forEach((stage, index) => {
    const before = ['plan', 'wait', 'record', ...STAGES.slice(0, index)]
    expect(needsOf(job('deploy-fleet.yml', stage))).toEqual(before)
  })
})

describe('a stage', () => {
  test('is started if and only if it has hosts and no stage before is red or canceled', () => {
    const outcomes: readonly (Result | 'empty')[] = ['empty', 'success', 'failure', 'cancelled']
    const wrong = combinations(STAGES.map(() => outcomes)).filter((given) => {
      const ends = Object.fromEntries(STAGES.map((stage, index) => [stage, given[index] as Result]))
      const results = ran({ empty: STAGES.filter((_, index) => given[index] === 'empty'), ends })
      const firstRed = given.findIndex((outcome) => outcome === 'failure' || outcome === 'cancelled')
      return STAGES.some((stage, index) => {
        const isDue = given[index] !== 'empty' && (firstRed === -1 || index <= firstRed)
        return results[stage] !== (isDue ? given[index] : 'skipped')
      })
    })
    expect(wrong).toEqual([])
  })

  const results: readonly Result[] = ['failure', 'cancelled', 'skipped']
  test.each(results)('is not started where the wait ended with %s', (wait) => {
    const started = Object.values(ran({ ends: { wait } })).filter((result) => result === 'success')
    // The plan before it, and the summary after all.
    expect(started).toHaveLength(2)
  })

  test('is not started where the list was refused', () => {
    expect(ran({ ends: { plan: 'failure' } })).toEqual({
      ...Object.fromEntries(STAGES.map((stage) => [stage, 'skipped'])),
      plan: 'failure',
      wait: 'skipped',
      record: 'skipped',
      summary: 'success',
    })
  })

  test.each(STAGES)('is not started any more in a run that is canceled during %s', (stage) => {
    const results = ran({ canceledDuring: stage })
    expect(STAGES.map((name) => results[name])).toEqual(
      STAGES.map((_, index) => {
        const at = STAGES.indexOf(stage)
        if (index === at) return 'cancelled'
        return index < at ? 'success' : 'skipped'
      }),
    )
    expect(results['summary']).toBe('success')
  })
})

describe('closures', () => {
  const recording = (record: string, ends: Situation['ends'] = {}) =>
    ran({ contexts: { inputs: { record } }, ends })

  test.each(['true', 'replace'])('are recorded before the first stage with record: %s', (record) => {
    expect(recording(record)).toMatchObject({ record: 'success', canary: 'success' })
  })

  test('are not recorded otherwise, which keeps no stage from starting', () => {
    expect(recording('false')).toMatchObject({ record: 'skipped', canary: 'success' })
  })

  test.each<Result>(['failure', 'cancelled'])(
    'that could not be recorded (%s) are not deployed',
    (record) => {
      const results = recording('true', { record })
      expect(STAGES.filter((stage) => results[stage] !== 'skipped')).toEqual([])
    },
  )

  test('are not recorded where they are not complete', () => {
    expect(recording('true', { wait: 'failure' })).toMatchObject({ record: 'skipped' })
  })
})
