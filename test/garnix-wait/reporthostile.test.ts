import { expect, test } from '@jest/globals'
import { marked } from 'marked'
import { summaryOf } from '../../actions/garnix-wait/report.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { documentationUrl } from '../../actions/shared/project.ts'
import { configuration, facts, found, missed } from './findings.ts'

/** What others may say that is not meant well. */
const EVIL = '</code><img src=x>|`[x](http://evil)`\n\n# @everyone\u202e::error::x'
test('the summary lets no text of others become markup', () => {
  const reasons = [{ cache: EVIL, kind: 'absent', words: EVIL }] as const
  const closure = { found: [found('a')], missing: [{ ...missed('b'), reasons }] }
  const package_ = { name: EVIL, from: [EVIL], to: [EVIL], sizeBytes: { from: 0, to: 1 } }
  const comparison = {
    with: { path: EVIL as StorePath, commit: EVIL },
    diff: { added: [package_], removed: [], changed: Array(30).fill(package_), sizeBytes: undefined },
    ...{ rebuilt: [EVIL], reboot: { reasons: [EVIL], isAllSeen: true } },
    fresh: { paths: 1, downloadBytes: 1, unsaid: 0, unpackedBytes: 1 },
  }
  const why = configuration({ buildUrl: undefined, comparison: { with: undefined, why: EVIL } })
  const evil = configuration({
    name: EVIL,
    comparison,
    buildUrl: `https://x.example/${EVIL}"onclick="x`,
    closure,
  })
  const markdown = summaryOf(
    facts([evil, why, configuration({ name: EVIL, buildUrl: `javascript:${EVIL}` })], {
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
  const ours = [
    'h3',
    'h4',
    'p',
    'code',
    'pre',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'ul',
    'li',
    'a',
    'strong',
    'details',
    'summary',
  ]
  expect([...tags].filter((tag) => !ours.includes(tag.replace(/[</>]/g, '')))).toEqual([])
  expect(html.match(/href="[^"]*"/g)).toEqual([
    `href="${documentationUrl('actions/garnix-wait/README.md', 'When it fails')}"`,
    expect.stringMatching(/^href="https:\/\/x\.example\/[^ ]*%22onclick&#61;%22x"$/),
    expect.stringMatching(/^href="https:\/\/github\.com\/acme\/infra\/commit\/%3C[^ <>"]*"$/),
  ])
  expect(markdown.replace(/^```[^]*?\n```\n/gm, '')).not.toContain('@everyone')
  expect(markdown).not.toContain('\u202e')
})
