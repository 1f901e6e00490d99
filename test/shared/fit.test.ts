import { describe, expect, test } from '@jest/globals'
import { fitList, fitLists } from '../../actions/shared/fit.ts'

describe('lists', () => {
  test('that fit stay as they are', () => {
    expect(fitLists({ a: ['1'], b: [] }, { size: 3 }, 100)).toEqual({
      json: '{"a":["1"],"b":[],"size":3}',
      omitted: 0,
    })
    expect(fitList(['x.service'])).toEqual({ json: '["x.service"]', omitted: 0 })
  })

  test('that do not fit are cut, the longest first, and say so in whole JSON', () => {
    const long = Array.from({ length: 100 }, (_, index) => `€${index}`)
    const { json, omitted } = fitLists({ long, short: ['kept'] }, { size: 3 }, 200)
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(200)
    const { long: rest, ...others } = JSON.parse(json) as { long: string[] }
    expect(rest).toEqual(long.slice(0, rest.length))
    expect(rest.length).toBeGreaterThan(5)
    expect(others).toEqual({ short: ['kept'], size: 3, omitted: 100 - rest.length })
    expect(omitted).toBe(100 - rest.length)
  })

  test('pass over an entry that alone is too large', () => {
    expect(fitList(['a', 'x'.repeat(50), 'b'], 20)).toEqual({ json: '["a","b"]', omitted: 1 })
  })
})
