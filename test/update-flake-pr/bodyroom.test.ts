import { describe, expect, test } from '@jest/globals'
import { fairly, fittingList } from '../../actions/update-flake-pr/bodyroom.ts'

describe('a list', () => {
  const items = ['a'.repeat(10), 'b'.repeat(10), 'c'.repeat(10)]

  test.each([
    [39, ['a', 'b', 'c'], ''],
    [38, ['a', 'b'], '- 1 more\n'],
    [35, ['a', 'b'], '- 1 more\n'],
    [34, ['a'], '- 2 more\n'],
    [22, ['a'], '- 2 more\n'],
    [21, [], ''],
    [0, [], ''],
  ])('in %i characters', (max, kept, more) => {
    const text = fittingList(items, max)
    expect(text).toBe(`${kept.map((letter) => `- ${letter.repeat(10)}\n`).join('')}${more}`)
    expect(text.length).toBeLessThanOrEqual(max)
  })

  test('of nothing is nothing', () => {
    expect(fittingList([], 100)).toBe('')
  })
})

test.each([
  [[], 100, []],
  [[10, 20, 30], 100, [10, 20, 30]],
  [[1_000, 10, 1_000], 110, [50, 10, 50]],
  [[1_000, 40, 1_000], 100, [33, 33, 34]],
])('needs %j of %i get %j', (needs, total, shares) => {
  const parts = needs.map((need) => ({ need, part: (room: number) => 'x'.repeat(room) }))
  expect(fairly(parts, total).map(({ length }) => length)).toEqual(shares)
})
