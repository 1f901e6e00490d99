import { describe, expect, test } from '@jest/globals'
import { gantt, type Bar } from '../../actions/shared/gantt.ts'

const bar = (name: string, startedMs: number, endedMs: number | undefined): Bar => ({
  name,
  startedMs,
  endedMs,
})
const drawn = (...bars: Bar[]): string => gantt([{ title: '', bars }])
const axis = (...bars: Bar[]): string => /axisFormat (\S+)/.exec(drawn(...bars))?.[1] ?? ''

describe('a diagram', () => {
  test('has a bar for each, counted from the first, and says where an end was not seen or something is wrong', () => {
    const at = Date.UTC(2026, 10, 23, 23, 59, 59)
    const first = [bar('Fetch', at, at + 1_500), bar('Activate', at + 1_500, undefined)]
    const later = [{ ...bar('Roll back', at + 90_000_000, at + 90_061_000), isBad: true }]
    expect(
      gantt([
        { title: 'Deploy', bars: first },
        { title: 'Empty', bars: [] },
        { title: 'Trial', bars: later },
      ]),
    ).toBe(`\`\`\`mermaid
gantt
  dateFormat YYYY-MM-DD HH:mm:ss.SSS
  axisFormat %H:%M:%S
  todayMarker off
  section Deploy
  1. Fetch (1.5 s) :2000-01-01 00:00:00.000, 2000-01-01 00:00:01.500
  2. Activate (end not seen) :active, 2000-01-01 00:00:01.500, 2000-01-02 01:01:01.000
  section Trial
  3. Roll back (1 min 1 s) :crit, 2000-01-02 01:00:00.000, 2000-01-02 01:01:01.000
\`\`\`
`)
  })

  test.each([
    [100, '%S.%L'],
    [9_999, '%S.%L'],
    [10_000, '%M:%S'],
    [3_599_999, '%M:%S'],
    [3_600_000, '%H:%M:%S'],
  ])('of %d ms has an axis with %s', (ms, format) => {
    expect(axis(bar('a', 5_000, 5_000 + ms))).toBe(format)
  })

  test('is not drawn of nothing, of no time, or by a clock that was set', () => {
    expect(gantt([])).toBe('')
    expect(drawn(bar('a', NaN, 5))).toBe('')
    expect(drawn(bar('a', 5, 5), bar('b', 5, undefined))).toBe('')
    expect(drawn(bar('a', 0, 5), bar('b', 200_000_000, 200_000_005))).toBe('')
    expect(drawn(bar('a', 50, 60), bar('b', 10, 20))).toBe('')
  })

  test('leaves out what has no place on the axis', () => {
    const text = drawn(
      bar('a', 0, 1_000),
      bar('b', 500, 400),
      bar('c', 500, NaN),
      bar('d', NaN, 5),
      bar('e', 600, 700),
    )
    expect(text.match(/^ {2}\d+\. \w/gm)).toEqual(['  1. a', '  2. e'])
  })

  test('has at most fifty bars', () => {
    const bars = Array.from({ length: 40 }, (_, index) => bar('a', index, index + 1))
    const text = gantt([
      { title: '', bars },
      { title: 'x', bars: bars.map((one) => ({ ...one, startedMs: one.startedMs + 50, endedMs: 100 })) },
    ])
    expect(text.match(/^ {2}\d+\. a/gm)).toHaveLength(50)
  })
})

describe('a name', () => {
  const named = (name: string): string =>
    /^ {2}1\. (.*) \(10 ms\) :2000/m.exec(drawn(bar(name, 0, 10)))?.[1] ?? ''

  test.each([
    ['a: b; c # d', 'a b c d'],
    ['%% comment', 'comment'],
    ['```\n# x\n```', 'x'],
    ['%%{init: {"x": 1}}%%', 'init x 1'],
    ['<b onload=x>', 'b onload x'],
    ['a\u202eb', 'a b'],
    ['', 'without a name'],
    ['::', 'without a name'],
    ['Änderung, 2 (b)', 'Änderung, 2 (b)'],
    ['n'.repeat(61), `${'n'.repeat(60)}…`],
    [`${'n'.repeat(59)}𝒳𝒳`, `${'n'.repeat(59)}…`],
  ])('%j is shown as %j', (name, shown) => {
    expect(named(name)).toBe(shown)
  })

  test('is never one of the words of the language', () => {
    for (const word of ['section x', 'click a', 'title t', 'dateFormat x', 'gantt'])
      expect(drawn(bar(word, 0, 10))).toContain(`\n  1. ${word} (10 ms) :`)
  })
})
