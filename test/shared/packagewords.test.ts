import { describe, expect, test } from '@jest/globals'
import {
  closureMarkdown,
  closureSentence,
  formatBytes,
  packageWords,
} from '../../actions/shared/packagewords.ts'

describe('sizes and versions', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [1_234_567, '1.2 MB'],
    [2_500_000_000, '2.5 GB'],
    [7e12, '7 TB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(formatBytes(bytes)).toBe(words)
  })

  test('a package without a version says so', () => {
    const sizeBytes = { from: 3_000, to: 1_000 }
    const diff = {
      added: [],
      removed: [],
      changed: [{ name: 'etc', from: [], to: [''], sizeBytes }],
      sizeBytes,
    }
    expect(packageWords(diff)).toEqual([{ name: 'etc', from: 'no version', to: 'no version', size: '−2 kB' }])
    expect(closureSentence(diff)).toBe('1 changed, 0 added, 0 removed, 3 kB → 1 kB (−2 kB)')
  })
})

describe('a closure in Markdown', () => {
  const added = ['a', 'b', 'c'].map((name) => ({ name, from: [], to: ['1'], sizeBytes: undefined }))

  test('is a sentence and a table', () => {
    expect(closureMarkdown({ added, removed: [], changed: [], sizeBytes: undefined }, 3)).toBe(
      [
        '0 changed, 3 added, 0 removed',
        '',
        '| Package | From | To | Size |',
        '| --- | --- | --- | --- |',
        ...['a', 'b', 'c'].map((name) => `| <code>${name}</code> |  | 1 |  |`),
        '',
      ].join('\n'),
    )
  })

  test('has no more rows than are wanted, and says so', () => {
    const markdown = closureMarkdown({ added, removed: [], changed: [], sizeBytes: undefined }, 2)
    expect(markdown).toMatch(/<code>b<\/code>.*\n\n1 more are in the log\.\n$/)
    expect(markdown).not.toContain('<code>c</code>')
  })

  test('is the sentence alone where nothing differs', () => {
    const sizeBytes = { from: 1, to: 1 }
    expect(closureMarkdown({ added: [], removed: [], changed: [], sizeBytes }, 2)).toBe(
      '0 changed, 0 added, 0 removed, 1 B → 1 B (+0 B)\n',
    )
  })
})
