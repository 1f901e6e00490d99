import { describe, expect, test } from '@jest/globals'
import { parseHttpDate, pauseAfter, secondsMs } from '../../actions/shared/ratelimit.ts'

const DATE = 'Sat, 31 Jan 2026 12:00:00 GMT'
const NOON = Date.UTC(2026, 0, 31, 12)
const reset = (seconds: number) => String(NOON / 1_000 + seconds)

describe('when GitHub wants to be asked again', () => {
  test.each([
    ['after a success', { status: 200, headers: {} }, undefined],
    ['after a success with some left', { status: 200, headers: { 'x-ratelimit-remaining': '7' } }, undefined],
    [
      'after a refusal that is one',
      { status: 403, headers: {}, data: { message: 'Resource not accessible' } },
      undefined,
    ],
    [
      'once the hour is over, after the last request of it',
      { status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(90), date: DATE } },
      { why: 'primary', ms: 91_000 },
    ],
    [
      'at once when the hour is over',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(-90), date: DATE } },
      { why: 'primary', ms: 1_000 },
    ],
    [
      'at some time, from a server without a clock',
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(90) } },
      { why: 'primary', ms: undefined },
    ],
    [
      'at some time, from one that does not say when',
      { status: 429, headers: { 'x-ratelimit-remaining': '0', date: DATE } },
      { why: 'primary', ms: undefined },
    ],
    [
      'when it says so, which counts for more',
      { status: 403, headers: { 'retry-after': '17', 'x-ratelimit-remaining': '0' } },
      { why: 'secondary', ms: 17_000 },
    ],
    ['when it says so, not after a success', { status: 200, headers: { 'retry-after': '17' } }, undefined],
    ['at some time, by its status', { status: 429, headers: {} }, { why: 'secondary', ms: undefined }],
    [
      'at some time, by its words',
      { status: 403, headers: {}, data: { message: 'You have exceeded a secondary rate limit.' } },
      { why: 'secondary', ms: undefined },
    ],
  ])('%s', (_, answer, pause) => {
    expect(pauseAfter({ data: undefined, ...answer })).toEqual(pause)
  })
})

test.each([
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  [DATE, NOON],
  ['Mon, 23 Nov 2026 13:02:51 GMT', Date.UTC(2026, 10, 23, 13, 2, 51)],
  ['Thu, 29 Feb 2024 23:59:59 GMT', Date.UTC(2024, 1, 29, 23, 59, 59)],
  ['2026-01-31T12:00:00Z', NaN],
  ['Sat, 31 Foo 2026 12:00:00 GMT', NaN],
  ['', NaN],
])('the date of an answer, %s', (text, ms) => {
  expect(parseHttpDate(text)).toBe(ms)
})

test.each([
  ['90', 90_000],
  ['0', 0],
  [undefined, undefined],
  ['-1', undefined],
  [DATE, undefined],
  ['9'.repeat(13), undefined],
])('seconds to wait, %s', (text, ms) => {
  expect(secondsMs(text)).toBe(ms)
})
