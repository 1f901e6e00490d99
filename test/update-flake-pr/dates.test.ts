import { expect, test } from '@jest/globals'
import { ageWords, counted, dayOf } from '../../actions/update-flake-pr/dates.ts'
import { DAY_S, NOW_S } from './bodyscene.ts'

test.each([
  [NOW_S, '2026-11-23'],
  [NOW_S - 1, '2026-11-22'],
  [951_782_400, '2000-02-29'],
  [4_102_444_799, '2099-12-31'],
  [4_102_444_800, undefined],
  [8e20, undefined],
  [0, undefined],
  [1, undefined],
  [315_532_801, undefined],
  [-5, undefined],
  [undefined, undefined],
])('the day of %p is %p', (unixS, day) => {
  expect(dayOf(unixS)).toBe(day)
})

test.each([
  [NOW_S - 15 * DAY_S, NOW_S - 3 * DAY_S, '12 days newer; now 3 days old'],
  [NOW_S - 3 * DAY_S, NOW_S - 15 * DAY_S, '12 days older; now 15 days old'],
  [NOW_S - 7_200, NOW_S - 60, '1 hour newer; now 1 minute old'],
  [NOW_S - 2 * DAY_S, NOW_S - DAY_S, '24 hours newer; now 24 hours old'],
  [NOW_S - 60, NOW_S - 60, 'same date; now 1 minute old'],
  [undefined, NOW_S - 2 * DAY_S, 'now 2 days old'],
  [0, NOW_S, 'now 0 minutes old'],
  [NOW_S - DAY_S, undefined, ''],
  [NOW_S - DAY_S, 1, ''],
  [NOW_S, NOW_S + 2 * DAY_S, '2 days newer; dated in the future'],
])('from %p to %p is %p', (from, to, words) => {
  expect(ageWords(from, to, NOW_S)).toBe(words)
})

test('without a clock only the distance is told', () => {
  expect(ageWords(NOW_S - DAY_S, NOW_S, undefined)).toBe('24 hours newer')
})

test.each([
  [0, '0 commits'],
  [1, '1 commit'],
  [999, '999 commits'],
  [1_234_567, '1,234,567 commits'],
])('%i is said as %p', (count, words) => {
  expect(counted(count, 'commit')).toBe(words)
})
