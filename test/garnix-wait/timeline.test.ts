import { describe, expect, test } from '@jest/globals'
import { momentWords } from '../../actions/garnix-wait/timeline.ts'
import { parseInstant } from '../../actions/shared/instant.ts'

const at = (time: string) => parseInstant(`2026-11-23T${time}Z`)

describe('the timeline', () => {
  test('has the time of day, and how long after the one before', () => {
    const moments = {
      queuedMs: at('13:05:09'),
      builtMs: at('13:08:19'),
      greenMs: at('13:08:20.500'),
      completeMs: at('14:09:21'),
    }
    expect(momentWords(moments)).toEqual([
      '13:05:09',
      '13:08:19 (+3 min 10 s)',
      '13:08:20 (+1.5 s)',
      '14:09:21 (+1 h 1 min)',
    ])
  })

  test('passes over what was not seen, and goes past midnight', () => {
    const moments = {
      greenMs: at('23:59:59'),
      completeMs: parseInstant('2026-11-24T00:00:03Z'),
      builtMs: NaN,
    }
    expect(momentWords(moments)).toEqual(['', '', '23:59:59', '00:00:03 (+4 s)'])
  })

  test('shows a closure that was complete before its check was green', () => {
    const [, , , complete] = momentWords({ greenMs: at('12:00:10'), completeMs: at('11:59:58') })
    expect(complete).toBe('11:59:58 (−12 s)')
  })
})
