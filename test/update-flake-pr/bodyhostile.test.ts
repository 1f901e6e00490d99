import { expect, test } from '@jest/globals'
import { marked } from 'marked'
import { bodyOf } from '../../actions/update-flake-pr/body.ts'
import { messageOf } from '../../actions/update-flake-pr/message.ts'
import { summaryOf } from '../../actions/update-flake-pr/report.ts'
import { stateIn } from '../../actions/update-flake-pr/state.ts'
import { filled } from '../../actions/update-flake-pr/title.ts'
import { hostileProposal } from './hostileproposal.ts'
import { flake, input, proposal, reference, STATE, updated } from './bodyscene.ts'

const OURS = /<\/?(?:code|sub|details|summary)>|<br>|<\/a>|<a href="https?:\/\/[^"<>\s]*">/g

/** What is left of Markdown without our own tags, blocks of code, and the state. */
function foreignPart(markdown: string): string {
  return markdown
    .replace(/^<!-- nix-vps update-flake-pr [\w-]+ -->$/m, '')
    .replace(/^(`{3,})(?:nix|markdown)?\n[^]*?\n\1$/gm, '')
    .replace(/<code>[^<]*<\/code>/g, '')
    .replace(OURS, '')
}

/** The text where GitHub looks for mentions and references: neither in code nor in links. */
function readIn(html: string): string {
  const text = html.replace(/<(pre|code|a)\b[^>]*>[^]*?<\/\1>/g, ' ').replace(/<[^>]*>/g, '')
  return text.replace(/&#(\d+);/g, (_, number: string) => String.fromCharCode(Number(number)))
}

const TAGS = [
  ...['a', 'br', 'code', 'details', 'h3', 'h4', 'li', 'p', 'pre', 'strong', 'sub', 'summary'],
  ...['table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
]

function tagsIn(html: string): readonly string[] {
  return [...html.matchAll(/<([a-z][a-z0-9]*)/g)].map(([, name = '']) => name)
}

function unbalancedIn(html: string): readonly string[] {
  const open: string[] = []
  for (const [, close, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (['br', 'hr'].includes(name)) continue
    if (close === '') open.push(name)
    else if (open.pop() !== name) return [`</${name}>`]
  }
  return open
}

const SEEDS = Array.from({ length: 25 }, (_, at) => at + 1)

test.each(SEEDS)('hostile words stay words in the body (seed %i)', (seed) => {
  const body = bodyOf(hostileProposal(seed), { state: STATE, serverUrl: 'https://github.com' })
  expect(body.length).toBeLessThanOrEqual(65_000)
  expect(body.isWellFormed()).toBe(true)
  expect(stateIn(body)).toEqual(STATE)
  expect(foreignPart(body).match(/.{0,20}[<>@\u202e].{0,20}/g)).toBeNull()
  const html = marked.parse(body, { gfm: true, async: false })
  expect(readIn(html).match(/@[a-z0-9]|#\d|GH-\d|\/issues\/\w/gi)).toBeNull()
  expect(unbalancedIn(html)).toEqual([])
  expect(tagsIn(html).filter((tag) => !TAGS.includes(tag))).toEqual([])
})

test.each(SEEDS)('hostile words mean nothing in title and message (seed %i)', (seed) => {
  const { flakes } = hostileProposal(seed)
  const message = messageOf('flake.lock: update {inputs}\n\nIn {flakes}.', flakes)
  const words = `${message}\n${filled('{flakes}: {inputs}', flakes)}`
  expect(
    words.match(/.{0,20}(?:\B@|#|[[\]<>`*\u202e]|GH-\d|:\/\/\S*\/issues\/|^Signed|^skip-checks).{0,20}/gm),
  ).toBeNull()
  expect(Buffer.byteLength(message)).toBeLessThan(30_000)
})

test.each(SEEDS)('hostile words stay words in the summary (seed %i)', (seed) => {
  const its = hostileProposal(seed)
  const words = its.dispatched.join('')
  const rest = { words, branch: words, inputs: [], problems: [words], url: words, number: 1, draft: words }
  const outcome = { ...rest, status: 'created', updates: its.flakes, proposal: its } as const
  const facts = { outcomes: [outcome], problems: [words], serverUrl: 'https://github.com', isDryRun: false }
  const markdown = summaryOf(facts)
  const html = marked.parse(markdown, { gfm: true, async: false })
  expect(foreignPart(markdown).match(/.{0,20}[<>@\u202e].{0,20}/g)).toBeNull()
  expect(unbalancedIn(html)).toEqual([])
  expect(tagsIn(html).filter((tag) => !TAGS.includes(tag))).toEqual([])
})

test('a reference of a hostile host leads to no link of another', () => {
  const change = {
    ...updated('a'),
    to: { ...input('a'), locked: reference({ host: 'evil.example', rev: 'a"b' }) },
  }
  const body = bodyOf(proposal([flake([change])]), { state: STATE, serverUrl: 'https://github.com' })
  expect(body).not.toContain('href')
})
