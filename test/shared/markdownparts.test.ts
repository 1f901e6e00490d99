import { describe, expect, test } from '@jest/globals'
import { marked } from 'marked'
import {
  code,
  details,
  fitted,
  link,
  list,
  paragraph,
  section,
  table,
} from '../../actions/shared/markdown.ts'

describe('a link', () => {
  const href = (markdown: string): string =>
    /href="([^"]*)"/.exec(marked.parse(markdown, { gfm: true, async: false }))?.[1] ?? ''
  const decoded = (words: string): string =>
    words.replace(/&#(\d+);/g, (_, number) => String.fromCharCode(Number(number)))

  test('goes where it says', () => {
    expect(link('build *1*', 'https://garnix.example/build/B5a')).toBe(
      '<a href="https://garnix.example/build/B5a">build &#42;1&#42;</a>',
    )
    const url = 'https://x.example/?a=1&b=2#c'
    expect(decoded(href(link('x', url)))).toBe(url)
  })

  test.each([
    'javascript:alert(1)',
    'no address',
    'data:text/html,x',
    `https://x.example/${'y'.repeat(4_100)}`,
    '',
  ])('is none to %s', (url) => {
    expect(link('x', url)).toBe(code(url))
  })

  test('stays in its cell and in its quotes', () => {
    const markdown = table(['a', 'b'], [[link('x', 'https://x.example/a|b"c<d>`e\\|\n'), 'end']])
    const html = marked.parse(markdown, { gfm: true, async: false })
    expect(html.match(/<td>.*<\/td>/g)).toEqual([
      expect.stringMatching(/<a href="[^"<>]*">x<\/a>/),
      '<td>end</td>',
    ])
    expect(decoded(href(markdown))).toBe('https://x.example/a|b%22c%3Cd%3E%60e/|')
  })
})

describe('what opens at a click', () => {
  test('is nothing without a body', () => {
    expect(details('More', '')).toBe('')
    expect(details('More', 'body\n')).toBe('<details><summary>More</summary>\n\nbody\n\n</details>\n')
  })

  test('is closed where it is cut, and so is the block in it', () => {
    const lines = 'line\n'.repeat(100)
    expect(fitted(`a\n${details('x', lines)}`, 200)).toMatch(
      /line\n\n<\/details>\n\n\nThis summary was longer/,
    )
    const cut = fitted(`a\n${details('x', `\`\`\`\n</details>\n${lines}\`\`\`\n`)}`, 200)
    expect(cut).toMatch(/line\n```\n<\/details>\n\nThis summary was longer/)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(200)
  })

  test('that is over is not closed again', () => {
    const cut = fitted(`${details('x', 'a\n')}${'line\n'.repeat(100)}`, 200)
    expect(cut.match(/<\/details>/g)).toHaveLength(1)
  })
})

test('sections have a body, lists items, and paragraphs of several lines are blocks', () => {
  expect(section('Title', list(['*a*', 'b']))).toBe('#### Title\n\n- &#42;a&#42;\n- b\n')
  expect([section('Title', ''), section('Title', undefined), section('Title', false)]).toEqual(['', '', ''])
  expect(paragraph('a_b *')).toBe('a_b &#42;\n')
  expect(paragraph('a\nb')).toBe('```\na\nb\n```\n')
})
