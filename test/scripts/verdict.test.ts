import { describe, expect, test } from '@jest/globals'
import { alone } from '../../scripts/jest-suite.js'
import {
  countsOf,
  failureLine,
  failuresOf,
  isWhollyCovered,
  MOST_SECOND_CHANCES,
  secondChances,
  together,
} from '../../scripts/verdict.js'

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  message: statuses.includes('failed') ? `  ● ${name} broke` : '',
  assertionResults: statuses.map((status, place) => ({ fullName: `test ${place + 1}`, status })),
})
const broken = (name: string) => ({ ...file(name), status: 'failed', message: 'SyntaxError' })
const suite = (name: string, ...files: ReturnType<typeof file>[]) => ({
  name,
  code: files.some(({ status }) => status === 'failed') ? 1 : 0,
  files,
})
const good = file('good.test.ts', 'passed', 'passed')
const bad = file('bad.test.ts', 'passed', 'failed')

describe('counts', () => {
  test.each([
    ['tests that passed', suite('unit', good, good), { passed: 4, failed: 0 }],
    ['a test that failed', suite('unit', good, bad), { passed: 3, failed: 1 }],
    ['a file that could not start', suite('unit', good, broken('x.test.ts')), { passed: 2, failed: 1 }],
    [
      'a file whose tests passed but whose end failed',
      suite('unit', { ...good, status: 'failed' }),
      { passed: 2, failed: 1 },
    ],
    [
      'skipped and planned tests',
      suite('unit', file('x.test.ts', 'passed', 'pending', 'todo')),
      { passed: 1, failed: 2 },
    ],
    ['a jest that failed all the same', { ...suite('unit', good), code: 1 }, { passed: 2, failed: 1 }],
    ['nothing', suite('unit'), { passed: 0, failed: 1 }],
  ])('%s', (_, of, expected) => {
    expect(countsOf(of)).toEqual(expected)
  })
})

test('failures are named, by test or by file', () => {
  const of = suite('box', good, bad, broken('x.test.ts'), file('y.test.ts', 'pending'))
  expect(failuresOf(of).map(failureLine)).toEqual([
    'box › bad.test.ts › test 2',
    'box › x.test.ts › the file itself',
    'box › y.test.ts › test 1 (pending)',
  ])
  expect(failuresOf(suite('unit', good))).toEqual([])
  expect(failuresOf({ ...suite('unit', good), code: 1 }).map(failureLine)).toEqual([
    'unit › jest failed with every test passed: coverage?',
  ])
  expect(failuresOf(suite('unit')).map(failureLine)).toEqual(['unit › jest could not run'])
})

describe('a second chance', () => {
  test('is for the files that failed, in the order of the suites', () => {
    const unit = suite('unit', good, bad)
    const box = suite('box', broken('x.test.ts'), good)
    expect(secondChances([unit, suite('nix', good), box])).toEqual([
      { suite: unit, paths: ['bad.test.ts'] },
      { suite: box, paths: ['x.test.ts'] },
    ])
  })

  test('is for none where more failed than a busy machine explains', () => {
    const files = Array.from({ length: MOST_SECOND_CHANCES }, (_, place) => broken(`${place}.test.ts`))
    expect(secondChances([suite('unit', ...files)])).toHaveLength(1)
    expect(secondChances([suite('unit', ...files), suite('box', bad)])).toEqual([])
  })

  test('ends although a test has left something open', () => {
    expect(alone({ patterns: [] }, ['bad.test.ts'])).toMatchObject({
      patterns: ['bad.test.ts'],
      extra: expect.arrayContaining(['--runInBand', '--forceExit']),
    })
  })

  test('is not for a skipped test, nor for a jest that failed with every test passed', () => {
    const skipped = suite('unit', file('x.test.ts', 'skipped'))
    expect(secondChances([skipped, { ...suite('nix', good), code: 1 }])).toEqual([])
  })
})

describe('both runs together', () => {
  const first = suite('unit', good, bad)

  test('count the second result of what ran again', () => {
    const green = together(first, suite('unit', file('bad.test.ts', 'passed', 'passed')))
    expect(countsOf(green)).toEqual({ passed: 4, failed: 0 })
    const red = together(first, suite('unit', bad))
    expect(countsOf(red)).toEqual({ passed: 3, failed: 1 })
  })

  test('are red where the second run did not end well, or never wrote what it found', () => {
    const second = { ...suite('unit', file('bad.test.ts', 'passed', 'passed')), code: 1 }
    expect(countsOf(together(first, second))).toEqual({ passed: 4, failed: 1 })
    expect(countsOf(together(first, { ...suite('unit'), code: 1 }))).toEqual({ passed: 3, failed: 1 })
  })

  const reached = (...s: number[]) => ({
    'a.ts': { s: Object.fromEntries(s.entries()), f: { 0: 1 }, b: { 0: [1, 1] } },
  })
  test('are red where a line is left that neither reached', () => {
    const second = suite('unit', file('bad.test.ts', 'passed', 'passed'))
    const with_ = (one: number[], two: number[]) =>
      countsOf(together({ ...first, coverage: reached(...one) }, { ...second, coverage: reached(...two) }))
    expect(with_([1, 0, 3], [0, 2, 0])).toEqual({ passed: 4, failed: 0 })
    expect(with_([1, 0, 3], [1, 0, 0])).toEqual({ passed: 4, failed: 1 })
  })
  test('are red where what was reached could not be written down', () => {
    const second = suite('unit', file('bad.test.ts', 'passed', 'passed'))
    const both = together({ ...first, coverage: {} }, { ...second, coverage: {} })
    expect(countsOf(both)).toEqual({ passed: 4, failed: 1 })
  })
})

describe('coverage', () => {
  const of = (s: number, f: number, b: number[]) => ({ 'a.ts': { s: { 0: s }, f: { 0: f }, b: { 0: b } } })
  test.each([
    ['everything reached', [of(1, 1, [1, 1])], true],
    ['a statement missed', [of(0, 1, [1, 1])], false],
    ['a function missed', [of(1, 0, [1, 1])], false],
    ['a branch missed', [of(1, 1, [1, 0])], false],
    ['each branch in a run of its own', [of(1, 1, [1, 0]), of(1, 1, [0, 1])], true],
    ['nothing known', [{}, {}], false],
    ['a file that the other run did not load', [of(1, 1, [1, 1]), {}], true],
    ['a file that only the second run knows', [{}, of(1, 1, [1, 0])], false],
  ])('%s', (_, runs, expected) => {
    expect(isWhollyCovered(runs)).toBe(expected)
  })
})
