import { describe, expect, test } from '@jest/globals'
import {
  closureMarkdown,
  closureSentence,
  formatBytes,
  packageWords,
  showClosure,
} from '../../actions/shared/packagewords.ts'
import { RecordingLog } from '../support/fakes.ts'

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
      added: [{ name: 'jq', from: [], to: ['1.7'], sizeBytes: undefined }],
      removed: [{ name: 'vim', from: ['9.0', '9.1'], to: [], sizeBytes: undefined }],
      changed: [{ name: 'etc', from: [], to: [''], sizeBytes }],
      sizeBytes,
    }
    expect(packageWords(diff)).toEqual([
      { name: 'etc', from: 'no version', to: 'no version', size: '−2 kB' },
      { name: 'jq', from: '', to: '1.7', size: '' },
      { name: 'vim', from: '9.0, 9.1', to: '', size: '' },
    ])
    expect(closureSentence(diff)).toBe('1 changed, 1 added, 1 removed, 3 kB → 1 kB (−2 kB)')
  })
})

test('the log has a closure as a sentence and a line for each package', () => {
  const log = new RecordingLog()
  const removed = [{ name: 'vim', from: ['9'], to: [], sizeBytes: { from: 2_000, to: 0 } }]
  const added = [{ name: 'jq', from: [], to: ['1'], sizeBytes: undefined }]
  showClosure({ added, removed, changed: [], sizeBytes: undefined }, log)
  expect(log.entries).toEqual([
    { kind: 'info', text: 'Closure: 0 changed, 1 added, 1 removed' },
    { kind: 'host', text: 'jq: – → 1 \n' },
    { kind: 'host', text: 'vim: 9 → – −2 kB\n' },
  ])
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
