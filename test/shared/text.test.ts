/** The small pure modules that turn one value into another. */
import { describe, expect, test } from '@jest/globals'
import { hostAndPort, stripBrackets } from '../../actions/shared/address.ts'
import { backoffMs } from '../../actions/shared/backoff.ts'
import { deadlineIn } from '../../actions/shared/deadline.ts'
import { formatDuration, parseDuration } from '../../actions/shared/duration.ts'
import { ActionError, ConnectError, fieldOf, messageOf } from '../../actions/shared/errors.ts'
import { FakeClock } from '../support/fakes.ts'

describe('a duration', () => {
  test.each([
    ['90', 90_000],
    ['90s', 90_000],
    ['0', 0],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', 's', '1.5m', '-1', '5 m', '5M', '1w', '1h30m', '1234567890', '5m\n', 'constructor'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  test.each([
    [0, '0 ms'],
    [850.4, '850 ms'],
    [999.6, '1 s'],
    [12_340, '12.3 s'],
    [59_949, '59.9 s'],
    [59_951, '1 min'],
    [90_000, '1 min 30 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms is shown as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('an address', () => {
  test('loses its brackets for the network', () => {
    expect(['[::1]', '::1', 'host.example', '[host]'].map(stripBrackets)).toEqual([
      '::1',
      '::1',
      'host.example',
      'host',
    ])
  })

  test('is shown with its port where that tells something', () => {
    expect(hostAndPort('host.example', 22)).toBe('host.example')
    expect(hostAndPort('host.example', 2222)).toBe('host.example:2222')
    expect(hostAndPort('::1', 2222)).toBe('[::1]:2222')
  })
})

describe('back-off', () => {
  const bounds = { baseMs: 1_000, capMs: 10_000 }

  test('doubles up to the cap', () => {
    const most = { hex: () => 'ffffffff' }
    expect([1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, bounds, most))).toEqual([
      1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ])
  })

  test('is at least half of that', () => {
    const least = { hex: () => '00000000' }
    expect([1, 2, 50].map((attempt) => backoffMs(attempt, bounds, least))).toEqual([500, 1_000, 5_000])
  })
})

test('a deadline is a moment of the clock', () => {
  const clock = new FakeClock()
  clock.advance(500)
  const deadline = deadlineIn(clock, 1_000)
  expect([deadline.remainingMs(), deadline.passed()]).toEqual([1_000, false])
  clock.advance(400)
  expect([deadline.remainingMs(), deadline.passed()]).toEqual([600, false])
  clock.advance(700)
  expect([deadline.remainingMs(), deadline.passed()]).toEqual([0, true])
})

describe('an error', () => {
  test('carries what to do and what caused it', () => {
    const cause = new Error('inner')
    const error = new ConnectError('unreachable', 'It is away.', { hint: 'Wait.', cause })
    expect(error).toBeInstanceOf(ActionError)
    expect(error).toMatchObject({
      name: 'ConnectError',
      kind: 'unreachable',
      message: 'It is away.',
      hint: 'Wait.',
      cause,
    })
    expect(new ConnectError('auth', 'No.').hint).toBeUndefined()
    expect(new ActionError('Plain.')).not.toHaveProperty('cause')
  })

  test('has words, whatever was thrown', () => {
    expect([new Error('a'), 'b', undefined, { message: 1 }, { message: 'c' }].map(messageOf)).toEqual([
      'a',
      'b',
      'undefined',
      '[object Object]',
      'c',
    ])
    expect([fieldOf(null, 'x'), fieldOf({ x: 1 }, 'x'), fieldOf('x', 'length')]).toEqual([
      undefined,
      1,
      undefined,
    ])
  })
})
