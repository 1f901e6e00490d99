import { describe, expect, test } from '@jest/globals'
import { parseInstant } from '../../actions/shared/instant.ts'

describe('an instant', () => {
  test.each([
    '1970-01-01T00:00:00Z',
    '2000-02-29T23:59:59.5Z',
    '2024-02-29T00:00:00.001Z',
    '2024-03-01T12:34:56.789Z',
    '2025-12-31T23:59:59.999Z',
    '2026-01-01T00:00:00Z',
    '2100-03-01T00:00:00Z',
  ])('%s is as far from another as Date says', (text) => {
    const other = '2026-11-23T03:00:00Z'
    expect(parseInstant(text) - parseInstant(other)).toBe(Date.parse(text) - Date.parse(other))
  })

  test.each(['', 'now', '2026-11-23', '2026-11-23T03:00:00+01:00'])('%p is none', (text) => {
    expect(parseInstant(text)).toBeNaN()
  })
})
