import { expect, test } from '@jest/globals'
import { marked } from 'marked'
import { summaryOf } from '../../actions/garnix-wait/report.ts'
import { configuration, facts, found, missed } from './findings.ts'

/** What others may say that is not meant well. */
const EVIL = '</code><img src=x>|`[x](http://evil)`\n\n# @everyone\u202e::error::x'
test('the summary lets no text of others become markup', () => {
  const reasons = [{ cache: EVIL, kind: 'absent', words: EVIL }] as const
  const closure = { found: [found('a')], missing: [{ ...missed('b'), reasons }] }
  const evil = configuration({ name: EVIL, buildUrl: `https://x.example/${EVIL}"onclick="x`, closure })
  const markdown = summaryOf(
    facts([evil, configuration({ name: EVIL, buildUrl: `javascript:${EVIL}` })], {
      caches: [EVIL],
      warnings: [EVIL],
    }),
    {
      status: 'failed',
      sentence: EVIL,
      details: [EVIL, 'one line | <b>'],
      hint: EVIL.replaceAll('\n', ' '),
    },
    0,
  )
  const html = marked.parse(markdown, { gfm: true, async: false })
  const tags = new Set(
    html.match(/<\/?\w+[^>]*>/g)?.map((tag) => tag.replace(/ (class|href)="[^"<>]*"/g, '')),
  )
  const ours = ['h3', 'h4', 'p', 'code', 'pre', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'ul', 'li', 'a']
  expect([...tags].filter((tag) => !ours.includes(tag.replace(/[</>]/g, '')))).toEqual([])
  expect(html.match(/href="[^"]*"/g)).toEqual([
    expect.stringMatching(/^href="https:\/\/x\.example\/[^ ]*%22onclick&#61;%22x"$/),
  ])
  expect(markdown.replace(/^```[^]*?\n```\n/gm, '')).not.toContain('@everyone')
  expect(markdown).not.toContain('\u202e')
})
